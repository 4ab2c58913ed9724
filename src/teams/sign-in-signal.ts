import { z } from 'zod';
import type { KnownActivity } from './front-door.ts';

/** What a client says about a sign-in. Tokens and codes are secrets: they go to the token service and nowhere else. */
export type SignInSignal =
  /** It has a token to exchange; each of the person's clients says so. */
  | { readonly kind: 'exchange'; readonly id: string; readonly connection: string; readonly token: string }
  /** The person has been through the sign-in page. */
  | { readonly kind: 'code'; readonly code: string }
  | { readonly kind: 'cancelled' }
  | { readonly kind: 'failed'; readonly code: string };

const short = z.string().min(1).max(512);
const ExchangeValue = z.looseObject({ id: short, connectionName: short, token: z.string().min(1).max(16_384) });
const VerifyValue = z.looseObject({ state: z.string().min(1).max(4096) });
const FailureValue = z.looseObject({ code: z.string().max(64).nullish() });

/** Undefined for every other activity. */
export function readSignInSignal({ type, name, value }: KnownActivity): SignInSignal | undefined {
  if (type !== 'invoke') return undefined;
  switch (name) {
    case 'signin/tokenExchange': {
      const { data } = ExchangeValue.safeParse(value);
      return data && { kind: 'exchange', id: data.id, connection: data.connectionName, token: data.token };
    }
    case 'signin/verifyState': {
      const { data } = VerifyValue.safeParse(value);
      if (!data) return undefined;
      return data.state === 'CancelledByUser' ? { kind: 'cancelled' } : { kind: 'code', code: data.state };
    }
    case 'signin/failure': {
      const code = FailureValue.safeParse(value).data?.code ?? '';
      return { kind: 'failed', code: /^[\w-]{1,64}$/.test(code) ? code : 'unnamed' };
    }
    default:
      return undefined;
  }
}
