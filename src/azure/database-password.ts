import { type CloudName, clouds } from './cloud.ts';
import { createCredential } from './credential.ts';

/** Whom a token for Azure Database for PostgreSQL is for. Source: Microsoft's documentation; not seen live. */
const audiences: Readonly<Record<CloudName, string>> = {
  AzureCloud: 'https://ossrdbms-aad.database.windows.net',
  AzureUSGovernment: 'https://ossrdbms-aad.database.usgovcloudapi.net',
  AzureChinaCloud: 'https://ossrdbms-aad.database.chinacloudapi.cn',
};

/** Gives a token of this process's identity, which the database takes as its password; the SDK keeps it until it runs out. */
export function createDatabasePassword(cloud: CloudName): () => Promise<string> {
  const credential = createCredential(clouds[cloud]);
  return async () => {
    const token = await credential.getToken(`${audiences[cloud]}/.default`);
    if (!token) throw new Error('the identity got no token for the database');
    return token.token;
  };
}
