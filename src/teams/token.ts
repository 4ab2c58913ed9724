import { decodeJwt, decodeProtectedHeader, jwtVerify } from 'jose';
import { z } from 'zod';
import type { Clock } from '../core/clock.ts';
import type { SigningKeys } from './signing-keys.ts';

/** What a verified token allows: activities of this service, on these channels. */
export type Voucher = { readonly serviceUrl: string; readonly endorsements: readonly string[] };

export type TokenReading =
  | { readonly ok: true; readonly voucher: Voucher }
  | { readonly ok: false; readonly reason: string };

/** Takes the request's Authorization headers, all of them. */
export type TokenCheck = (authorization: readonly string[]) => Promise<TokenReading>;

export type TokenCheckOptions = {
  readonly issuer: string;
  readonly appId: string;
  readonly entraClaims: 'refused' | 'accepted';
  readonly keys: SigningKeys;
  readonly clock: Clock;
};

const headerLimitBytes = 16 * 1024;
const toleranceSeconds = 300;
const bearer = /^Bearer ([\w-]+\.[\w-]+\.[\w-]+)$/i;

/** `crit` asks for extensions, `b64` changes what is signed: a connector's token needs neither. */
const Header = z.looseObject({
  alg: z.literal('RS256'),
  kid: z.string().min(1).max(256),
  crit: z.undefined().optional(),
  b64: z.undefined().optional(),
});

const Claims = z.looseObject({
  iss: z.string(),
  aud: z.string(),
  exp: z.number(),
  nbf: z.number(),
  serviceurl: z.string().min(1).max(2048),
});

/**
 * Verifies that a token is the connector's and for this bot. What costs nothing comes first, so that a token which cannot
 * be right reaches neither the keys nor the signature, and leaves nothing behind.
 */
export function createTokenCheck(options: TokenCheckOptions): TokenCheck {
  const { issuer, keys, clock } = options;
  const appId = options.appId.toLowerCase();

  return async (authorization) => {
    const [value] = authorization;
    if (value === undefined) return refuse('no token');
    if (authorization.length > 1) return refuse('several Authorization headers');
    if (value.length > headerLimitBytes) return refuse('token too long');
    const token = bearer.exec(value)?.[1];
    if (token === undefined) return refuse('not one bearer token');
    const parts = readParts(token);
    if (!parts) return refuse('token malformed');
    const { kid, claims } = parts;
    if (claims.iss !== issuer) return refuse('issuer');
    if (claims.aud.toLowerCase() !== appId) return refuse('audience');
    if (options.entraClaims === 'refused' && ['tid', 'appid', 'azp'].some((name) => name in claims)) {
      return refuse('claims of an Entra token');
    }
    const key = await keys.find(kid);
    if (!key) return refuse('key unknown');
    try {
      await jwtVerify(token, key.key, {
        algorithms: ['RS256'],
        issuer,
        audience: claims.aud,
        requiredClaims: ['exp', 'nbf'],
        clockTolerance: toleranceSeconds,
        currentDate: new Date(clock.now()),
      });
    } catch {
      return refuse('signature or time');
    }
    return { ok: true, voucher: { serviceUrl: claims.serviceurl, endorsements: key.endorsements } };
  };
}

function readParts(token: string) {
  try {
    const header = Header.safeParse(decodeProtectedHeader(token));
    const claims = Claims.safeParse(decodeJwt(token));
    return header.success && claims.success ? { kid: header.data.kid, claims: claims.data } : undefined;
  } catch {
    return undefined;
  }
}

const refuse = (reason: string) => ({ ok: false, reason }) as const;
