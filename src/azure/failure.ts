import { isRestError } from '@azure/core-rest-pipeline';
import { z } from 'zod';
import type { ErrorCode } from '../core/errors.ts';

/** Why Azure did not answer, in our codes and with Azure's own words kept. */
export type Failure = {
  readonly code: ErrorCode;
  readonly status?: number;
  /** ARM's `error.code`, e.g. `AuthorizationFailed`. */
  readonly azureCode?: string;
  /** ARM's `error.message`, control characters dropped, at most 500 characters. Outside text. */
  readonly message?: string;
  /** RBAC action and scope that a 403 names. */
  readonly missingAction?: string;
  readonly scope?: string;
  /** From Retry-After, or from "can be retried in N seconds". */
  readonly retryAfterMs?: number;
  readonly requestId?: string;
};

export type Answer<T> = { readonly ok: true; readonly value: T } | { readonly ok: false; readonly failure: Failure };

/** What one HTTP exchange with ARM left behind; see `exchange.ts`. */
export type Trace = {
  readonly status: number;
  readonly body: string;
  readonly requestId?: string;
  readonly retryAfterMs?: number;
  readonly location?: string;
};

const Envelope = z.object({
  error: z.object({
    code: z.string().optional(),
    message: z.string().optional(),
    details: z.array(z.object({ code: z.string().optional(), message: z.string().optional() })).nullish(),
  }),
});

/** The RetryableError of a resource that another operation holds; retried by who asked, as told, and not in the pipeline. */
export function isHeldByAnother(azureCode: string | undefined): boolean {
  return azureCode === 'RetryableError' || azureCode === 'AnotherOperationInProgress';
}

/** Reads a refusal of ARM: the error envelope where there is one, the status alone where there is not. */
export function readFailure(trace: Trace): Failure {
  const { azureCode, message } = readEnvelope(trace.body);
  const told = /can be retried in (\d{1,4}) seconds?/i.exec(message ?? '');
  const retryAfterMs = trace.retryAfterMs ?? (told ? Number(told[1]) * 1000 : undefined);
  const missing = /perform action '([^']{1,200})'(?: over scope '([^']{1,500})')?/i.exec(message ?? '');
  return {
    code: codeOf(trace.status, azureCode),
    status: trace.status,
    ...(azureCode && { azureCode }),
    ...(message && { message }),
    ...(missing?.[1] && { missingAction: missing[1] }),
    ...(missing?.[2] && { scope: missing[2] }),
    ...(retryAfterMs !== undefined && { retryAfterMs }),
    ...(trace.requestId && { requestId: trace.requestId }),
  };
}

/** An exception of the SDK that no HTTP answer explains. */
export function readThrown(error: unknown): Failure {
  if (isRestError(error)) {
    const network = error.statusCode === undefined;
    return {
      code: network ? 'AZURE_UNREACHABLE' : codeOf(error.statusCode ?? 0, error.code),
      message: clean(error.message),
    };
  }
  const name = error instanceof Error ? error.name : '';
  if (
    name === 'CredentialUnavailableError' ||
    name === 'AuthenticationError' ||
    name === 'AggregateAuthenticationError'
  ) {
    return { code: 'AZURE_UNAUTHORIZED', message: clean(error instanceof Error ? error.message : '') };
  }
  return { code: 'AZURE_MALFORMED', message: clean(error instanceof Error ? error.message : String(error)) };
}

function readEnvelope(body: string): { azureCode?: string; message?: string } {
  let json: unknown;
  try {
    json = JSON.parse(body);
  } catch {
    return {};
  }
  const parsed = Envelope.safeParse(json);
  if (!parsed.success) return {};
  const { code, message, details } = parsed.data.error;
  const words = [message, ...(details ?? []).map((detail) => detail.message)].filter((text) => text !== undefined);
  return { ...(code && { azureCode: code }), ...(words.length > 0 && { message: clean(words.join(' ')) }) };
}

function codeOf(status: number, azureCode: string | undefined): ErrorCode {
  if (isHeldByAnother(azureCode)) return 'AZURE_BUSY';
  if (status === 401) return 'AZURE_UNAUTHORIZED';
  if (status === 403) return 'AZURE_FORBIDDEN';
  if (status === 404) return 'AZURE_NOT_FOUND';
  if (status === 409) return 'AZURE_CONFLICT';
  if (status === 429) return 'AZURE_THROTTLED';
  if (status >= 500) return 'AZURE_FAILED';
  if (status >= 400) return 'AZURE_REJECTED';
  return 'AZURE_MALFORMED';
}

function clean(text: string): string {
  const plain = text.replace(/\p{Cc}+/gu, ' ').trim();
  return plain.length > 500 ? `${plain.slice(0, 499)}…` : plain;
}
