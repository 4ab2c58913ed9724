import type { Answer } from './exchange.ts';

/** A refusal in ARM's envelope; thrown anywhere below the server, which turns it into an answer. */
export class ArmError extends Error {
  readonly status: number;
  readonly code: string;
  readonly details: readonly { readonly code: string; readonly message: string }[] | undefined;
  readonly headers: Readonly<Record<string, string>>;
  constructor(
    status: number,
    code: string,
    message: string,
    more: {
      readonly details?: readonly { readonly code: string; readonly message: string }[];
      readonly headers?: Readonly<Record<string, string>>;
    } = {},
  ) {
    super(message);
    this.name = 'ArmError';
    this.status = status;
    this.code = code;
    this.details = more.details;
    this.headers = more.headers ?? {};
  }

  answer(): Answer {
    const { code, message, details } = this;
    return {
      status: this.status,
      headers: this.headers,
      body: { error: { code, message, ...(details === undefined ? {} : { details }) } },
    };
  }
}

/** Marks words that Azure is not known to say, in the answer itself. */
const invention = {
  code: 'InventedBySimulator',
  message: "Azure's own words for this case are not known; the simulator made these up.",
} as const;

/** A refusal in words of our own. */
export function invented(status: number, code: string, message: string): ArmError {
  return new ArmError(status, code, message, { details: [invention] });
}

export function resourceNotFound(type: string, name: string, group: string): ArmError {
  return new ArmError(
    404,
    'ResourceNotFound',
    `The Resource '${type}/${name}' under resource group '${group}' was not found. For more details please go to https://aka.ms/ARMResourceNotFoundFix`,
    { headers: { 'x-ms-failure-cause': 'gateway' } },
  );
}

export function groupNotFound(group: string): ArmError {
  return new ArmError(404, 'ResourceGroupNotFound', `Resource group '${group}' could not be found.`, {
    headers: { 'x-ms-failure-cause': 'gateway' },
  });
}

export function subscriptionNotFound(subscription: string): ArmError {
  return new ArmError(404, 'SubscriptionNotFound', `The subscription '${subscription}' could not be found.`, {
    headers: { 'x-ms-failure-cause': 'gateway' },
  });
}

export function notAuthorized(
  principal: { clientId: string; objectId: string },
  action: string,
  scope: string,
): ArmError {
  return new ArmError(
    403,
    'AuthorizationFailed',
    `The client '${principal.clientId}' with object id '${principal.objectId}' does not have authorization to perform action '${action}' over scope '${scope}' or the scope is invalid. If access was recently granted, please refresh your credentials.`,
    { headers: { 'x-ms-failure-cause': 'gateway' } },
  );
}

export function badRequest(message: string, code = 'InvalidRequestFormat'): ArmError {
  return invented(400, code, message);
}

/** No token, or one that does not hold. */
export function unauthorized(reason: 'missing' | 'invalid' | 'expired', tenantId: string): ArmError {
  const challenge = `Bearer authorization_uri="https://login.microsoftonline.com/${tenantId}", error="invalid_token", error_description="The access token is ${reason}."`;
  const headers = { 'WWW-Authenticate': challenge, 'x-ms-failure-cause': 'gateway' };
  switch (reason) {
    case 'missing':
      return new ArmError(
        401,
        'AuthenticationFailed',
        "Authentication failed. The 'Authorization' header is missing.",
        { headers },
      );
    case 'expired':
      return new ArmError(
        401,
        'ExpiredAuthenticationToken',
        'The access token expiry UTC time is earlier than current UTC time.',
        { headers },
      );
    case 'invalid':
      return new ArmError(401, 'InvalidAuthenticationToken', 'The access token is invalid.', { headers });
  }
}

/** Loud on purpose: it names what was asked and what exists. */
export function unknownRoute(method: string, path: string, nearest: readonly string[]): ArmError {
  return new ArmError(
    404,
    'InvalidResourceType',
    `The simulator does not know ${method} ${path}. What it knows and comes nearest: ${nearest.join('; ')}.`,
    { details: [{ code: 'InventedBySimulator', message: 'ARM says this in other words, and knows more operations.' }] },
  );
}
