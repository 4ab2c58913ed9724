import { decodeJwt } from 'jose';
import { z } from 'zod';

/** What a person's token says of itself. Not verified: it came over TLS from a service of Microsoft's that had asked for it. */
export type UserToken = {
  readonly tenantId: string;
  readonly objectId: string;
  readonly audience: string;
  readonly expiresOnMs: number;
};

const Claims = z.object({ oid: z.string(), tid: z.string(), aud: z.string(), exp: z.number() });

/** Undefined for anything that does not name a person of a directory. */
export function readUserToken(token: string): UserToken | undefined {
  try {
    const { oid, tid, aud, exp } = Claims.parse(decodeJwt(token));
    return { objectId: oid, tenantId: tid, audience: aud, expiresOnMs: exp * 1000 };
  } catch {
    return undefined;
  }
}

/** Resource Manager's audience as a token may spell it: the classic one is still issued for the new one's scopes. */
export function audiencesOf(audience: string): readonly string[] {
  const plain = audience.replace(/\/+$/, '');
  const classic: Readonly<Record<string, string>> = {
    'https://management.azure.com': 'https://management.core.windows.net',
    'https://management.usgovcloudapi.net': 'https://management.core.usgovcloudapi.net',
    'https://management.chinacloudapi.cn': 'https://management.core.chinacloudapi.cn',
  };
  const also = classic[plain];
  return [plain, ...(also ? [also] : [])].flatMap((one) => [one, `${one}/`]);
}
