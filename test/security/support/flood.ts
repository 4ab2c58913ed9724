import { appId, connectorClaims } from './door.ts';
import { encode } from './issuer.ts';

const nowSeconds = Date.UTC(2026, 0, 1) / 1000;

/**
 * A token that nobody signed. One in two is an Entra token of a tenant of its own, which the SDK would remember for ever;
 * the other looks right down to its key, which nobody knows.
 */
export function unsignedToken(seed: string): string {
  const entra = seed.charCodeAt(0) % 2 === 0;
  const claims = entra
    ? connectorClaims(nowSeconds, { iss: `https://sts.windows.net/${seed}/`, ver: '1.0', tid: seed, appid: appId })
    : connectorClaims(nowSeconds);
  return `${encode({ alg: 'RS256', kid: seed, typ: 'JWT' })}.${encode(claims)}.${encode(seed.repeat(7))}`;
}
