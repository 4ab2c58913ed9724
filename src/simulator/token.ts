import { createHmac, randomBytes } from 'node:crypto';
import { errors, jwtVerify } from 'jose';
import type { Principal, Topology } from './network/topology.ts';
import type { Stage } from './stage.ts';

export type SignedToken = { readonly token: string; readonly expiresOnTimestamp: number };

/** Who a request comes from, or why its token is not accepted. */
export type Bearer =
  | { readonly kind: 'principal'; readonly principal: Principal }
  | { readonly kind: 'refused'; readonly reason: 'missing' | 'invalid' | 'expired' };

export type TokenOffice = {
  /** Signs a token for one of the topology's principals; the first where none is named. */
  sign(principal?: Principal, audience?: string): SignedToken;
  /** `skewMs` is how far the server's clock is ahead. */
  verify(header: string | undefined, skewMs?: number): Promise<Bearer>;
};

const day = 24 * 60 * 60;

/** Signs and checks tokens with a key of this process. Audiences are not checked: clients ask for very different ones. */
export function openTokenOffice(stage: Stage, now: () => number): TokenOffice {
  const key = randomBytes(32);
  return {
    sign: (principal = firstOf(stage.topology), audience = 'https://management.azure.com/') => {
      const { topology } = stage;
      const issuedAt = Math.floor(now() / 1000);
      const expiresAt = issuedAt + day;
      const identity = `/subscriptions/${topology.subscriptions[0]?.id ?? ''}/resourcegroups/simulator/providers/Microsoft.ManagedIdentity/userAssignedIdentities/${principal.name}`;
      const token = signJwt(key, {
        aud: audience,
        iss: `https://sts.windows.net/${topology.tenantId}/`,
        iat: issuedAt,
        nbf: issuedAt - 300,
        exp: expiresAt,
        appid: principal.clientId,
        appidacr: '2',
        idtyp: 'app',
        oid: principal.objectId,
        sub: principal.objectId,
        tid: topology.tenantId,
        ver: '1.0',
        xms_mirid: identity,
      });
      return { token, expiresOnTimestamp: expiresAt * 1000 };
    },
    verify: async (header, skewMs = 0) => {
      const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
      if (token === undefined) return { kind: 'refused', reason: header === undefined ? 'missing' : 'invalid' };
      try {
        const { payload } = await jwtVerify(token, key, { currentDate: new Date(now() + skewMs) });
        const principal = stage.topology.principals.find((one) => one.objectId === payload.oid);
        return principal === undefined ? { kind: 'refused', reason: 'invalid' } : { kind: 'principal', principal };
      } catch (error) {
        if (error instanceof errors.JWTExpired) return { kind: 'refused', reason: 'expired' };
        if (error instanceof errors.JOSEError) return { kind: 'refused', reason: 'invalid' };
        throw error;
      }
    },
  };
}

/** Signed in place, because a credential's caller may want its token at once; jose only signs asynchronously. */
function signJwt(key: Buffer, claims: Readonly<Record<string, string | number>>): string {
  const encode = (part: object) => Buffer.from(JSON.stringify(part)).toString('base64url');
  const head = `${encode({ alg: 'HS256', typ: 'JWT' })}.${encode(claims)}`;
  return `${head}.${createHmac('sha256', key).update(head).digest('base64url')}`;
}

function firstOf(topology: Topology): Principal {
  const principal = topology.principals[0];
  if (principal === undefined) throw new Error(`${topology.name} has no principal`);
  return principal;
}
