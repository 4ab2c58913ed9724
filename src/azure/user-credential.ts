import type { AccessToken, GetTokenOptions, TokenCredential } from '@azure/core-auth';
import { ShownError } from '../core/errors.ts';
import { audiencesOf, readUserToken, type UserToken } from './user-token.ts';

/** An account of a directory, by ids. */
export type Person = { readonly tenantId: string; readonly objectId: string };

export type UserCredentialOptions = {
  readonly person: Person;
  /** Resource Manager's token audience. */
  readonly audience: string;
  /** The bot's application id: a token for the bot itself is exchanged. */
  readonly appId: string;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
  /** The token that the person's sign-in left, or undefined where there is none. */
  readonly fetch: () => Promise<string | undefined>;
  /** Exchanges a token for the bot for one for Resource Manager. */
  readonly exchange: Exchange;
  /** What the person signed in with is not enough, or not theirs: it is forgotten, and the next sign-in is made by hand. */
  readonly forget: () => Promise<void>;
  /** Why no token was to be had, for the log. Never holds one. */
  readonly failed: (reason: string) => void;
};

/** Errors: those of the token endpoint; `asksForPerson` tells which of them a sign-in settles. */
export type Exchange = (userToken: string) => Promise<AccessToken>;

/** A token for Resource Manager is renewed so long before it expires. */
const marginMs = 5 * 60_000;

/** Resource Manager asks for more than the token shows: another factor, a device, a place. */
const signInNeeded = () => new ShownError({ code: 'SIGN_IN_NEEDED', facts: {} });

const signInFailed = (why: 'otherPerson' | 'unreachable' | 'refused', options?: ErrorOptions) =>
  new ShownError({ code: 'SIGN_IN_FAILED', facts: { why } }, options);

/**
 * Resource Manager's tokens for one person, from what the token service keeps of their sign-in. One exchange at a time, whoever asks.
 * Errors: ShownError with SIGN_IN_NEEDED where only the person can help, else with SIGN_IN_FAILED.
 */
export function createUserCredential(options: UserCredentialOptions): TokenCredential {
  const { person, now, failed } = options;
  let held: AccessToken | undefined;
  let underWay: Promise<AccessToken> | undefined;

  const refuse = async (why: 'otherPerson' | 'refused', reason: string): Promise<never> => {
    failed(reason);
    await options.forget();
    throw signInFailed(why);
  };

  /** A token that the token service gave to the wrong person would be asked for with their rights. */
  const owned = async (token: string): Promise<UserToken> => {
    const claims = readUserToken(token);
    if (!claims) return refuse('refused', 'not a token of a person');
    const { objectId, tenantId } = claims;
    const isOwn = same(objectId, person.objectId) && same(tenantId, person.tenantId);
    return isOwn ? claims : refuse('otherPerson', 'the token is another person’s');
  };

  const obtain = async (): Promise<AccessToken> => {
    const token = await options.fetch().catch((error: unknown) => {
      failed(`the token service does not answer: ${codeOf(error)}`);
      throw signInFailed('unreachable', { cause: error });
    });
    if (token === undefined) throw signInNeeded();
    const claims = await owned(token);
    if (claims.expiresOnMs <= now()) throw signInNeeded();
    if (audiencesOf(options.audience).includes(claims.audience)) {
      return { token, expiresOnTimestamp: claims.expiresOnMs };
    }
    if (!isForBot(claims.audience, options.appId)) {
      failed('the token is for another audience');
      throw signInFailed('refused');
    }
    const exchanged = await options.exchange(token).catch(async (error: unknown) => {
      failed(`the token is not exchanged: ${codeOf(error)}`);
      if (asksForPerson(error)) {
        await options.forget();
        throw signInNeeded();
      }
      throw signInFailed(hasAnswer(error) ? 'refused' : 'unreachable', { cause: error });
    });
    await owned(exchanged.token);
    return exchanged;
  };

  return {
    async getToken(_scopes: string | string[], { claims }: GetTokenOptions = {}): Promise<AccessToken> {
      if (claims !== undefined) {
        failed('Resource Manager asks for more than the sign-in gave');
        held = undefined;
        await options.forget();
        throw signInNeeded();
      }
      if (held && held.expiresOnTimestamp - marginMs > now()) return held;
      underWay ??= obtain()
        .then((token) => {
          held = token;
          return token;
        })
        .finally(() => {
          underWay = undefined;
        });
      return underWay;
    },
  };
}

const same = (one: string, other: string) => one.toLowerCase() === other.toLowerCase();

/** An application's tokens name it by its id, or by an id URI that ends in it. */
function isForBot(audience: string, appId: string): boolean {
  const id = appId.toLowerCase();
  const named = audience.toLowerCase();
  return named === id || (named.startsWith('api://') && (named.endsWith(`/${id}`) || named.endsWith(`/botid-${id}`)));
}

/** What MSAL calls a refusal that a new sign-in settles. AADSTS50076 and its like come as `invalid_grant` or `interaction_required`. */
const personal = new Set(['invalid_grant', 'interaction_required', 'consent_required', 'login_required']);

function asksForPerson(error: unknown): boolean {
  return personal.has(errorCodeOf(error) ?? '');
}

/** Whether the token endpoint said no, and was not merely out of reach. */
function hasAnswer(error: unknown): boolean {
  const code = errorCodeOf(error);
  return code !== undefined && !/network|resolution|timeout/i.test(code);
}

/** MSAL's own code, which @azure/identity hands on as the cause. */
function errorCodeOf(error: unknown): string | undefined {
  for (let at: unknown = error; at instanceof Error; at = at.cause) {
    if ('errorCode' in at && typeof at.errorCode === 'string') return at.errorCode;
  }
  return undefined;
}

/** Codes only: an error's words may quote what was sent. */
function codeOf(error: unknown): string {
  if (!(error instanceof Error)) return 'unknown';
  const entra = /AADSTS\d{4,8}/.exec(error.message)?.[0];
  const status = 'statusCode' in error && typeof error.statusCode === 'number' ? String(error.statusCode) : undefined;
  return [errorCodeOf(error) ?? status ?? error.name, entra].filter((part) => part !== undefined).join(' ');
}
