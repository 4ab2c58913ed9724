import { createApp } from '../../../src/app.ts';
import { readConfig } from '../../../src/config.ts';
import { connectAzure } from '../../../src/connect.ts';
import { createLog } from '../../../src/log.ts';
import { everyone } from '../../../src/policy/grants.ts';
import { isFinal } from '../../support/app.ts';
import { createFastClock } from '../../support/clock.ts';
import { startBotFramework } from './bot-framework.ts';
import { appId, connectorClaims, messageActivity, post, tenantId } from './door.ts';
import { makeKey, sign } from './issuer.ts';
import { connectionName } from './token-office.ts';

/**
 * A process that handles recognisable secrets in every way it can: argv names its data folder, the client secret, the connector's
 * token and the code of a sign-in page; people sign in, and their tokens are secrets too. stderr is its log; stdout is what it answered, what its cards say, and the tokens it was shown.
 */
const [dataDir = '', secret = '', connectorToken = '', code = ''] = process.argv.slice(2);
const clock = createFastClock(50);
const framework = await startBotFramework();
framework.connector.open({ id: 'a:1', kind: 'personal', members: [{ id: '29:1', name: 'On-call' }] });
const reading = readConfig(
  {
    HOST: '127.0.0.1',
    PORT: '0',
    MicrosoftAppType: 'SingleTenant',
    MicrosoftAppId: appId,
    MicrosoftAppTenantId: tenantId,
    MicrosoftAppPassword: secret,
    HOPCHECK_AZURE: 'simulator',
    HOPCHECK_SPEED: '10',
    HOPCHECK_DATA_DIR: dataDir,
    HOPCHECK_IDENTITY: 'user',
    HOPCHECK_OAUTH_CONNECTION: connectionName,
    LOG_LEVEL: 'trace',
  },
  'production',
);
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const { config } = reading;
const log = createLog({ level: config.logLevel, human: false });
const connection = await connectAzure(config, log, clock);
const { simulator } = connection;
if (!simulator) throw new Error('the embedded Azure was asked for');
const tenant = simulator.topology.tenantId;
const objectId = simulator.topology.principals[0]?.objectId;
const azureToken = simulator.token().token;
framework.authority.answer = ({ form }) => (form.requested_token_use === 'on_behalf_of' ? azureToken : connectorToken);
framework.tokens.exchange = (token) => token;
const grants = everyone('test');
const app = await createApp(
  { ...config, tenants: [tenant] },
  { log, clock, connection, grants: () => grants, botCloud: framework.cloud },
);
await app.warm;
while ((await fetch(`${app.url}/readyz`)).status !== 200) await new Promise((resolve) => setTimeout(resolve, 20));

const tokens: string[] = [];
const answers: string[] = [];
async function deliver(
  changes: Record<string, unknown>,
  authorization = (token: string) => `Bearer ${token}`,
  key = framework.key,
) {
  const claims = connectorClaims(Math.floor(clock.now() / 1000), { serviceurl: framework.serviceUrl });
  const token = await sign(key, claims);
  tokens.push(token);
  const usual = {
    serviceUrl: framework.serviceUrl,
    conversation: { id: 'a:1', conversationType: 'personal', tenantId: tenant },
    channelData: { tenant: { id: tenant } },
    from: { id: '29:1', name: 'On-call', aadObjectId: objectId },
  };
  const body = JSON.stringify(messageActivity({ ...usual, ...changes }));
  const port = Number(new URL(app.url).port);
  const answer = await post(port, body, { authorization: authorization(token) });
  answers.push(JSON.stringify(answer));
  return answer;
}

await deliver({ id: '1', text: 'check from app0 to vm db0 port 1433' });
const claims = { aud: appId, oid: objectId, tid: tenant, exp: Math.floor(clock.now() / 1000) + 86_400 };
const userToken = await sign(framework.key, claims);
const laterToken = await sign(framework.key, { ...claims, uti: 'another' });
tokens.push(userToken, laterToken, azureToken);
framework.tokens.codes.set(code, laterToken);
const value = { id: 'exchange', connectionName, token: userToken };
await deliver({ id: '1a', type: 'invoke', name: 'signin/tokenExchange', value });
await framework.connector.waitFor(
  (message) => isFinal(message) && message.activity.summary !== 'Sign in to go on',
  15_000,
);
simulator.plant({ on: 'connectivityCheck', fault: { kind: 'moreClaims' } });
await deliver({ id: '1b', text: 'check from app0 to vm db0 port 22' });
await framework.connector.waitFor(({ activity }) => String(activity.summary).includes('sign in again'), 15_000);
simulator.clearFaults();
await deliver({ id: '1c', text: 'flow from MultiTierApp0 to Database0 port 80' });
await deliver({ id: '1d', type: 'invoke', name: 'signin/verifyState', value: { state: `wrong ${code}` } });
await deliver({ id: '1e', type: 'invoke', name: 'signin/verifyState', value: { state: code } });
await deliver({
  id: '1f',
  type: 'invoke',
  name: 'signin/tokenExchange',
  value: { ...value, connectionName: userToken },
});
await deliver({ id: '1g', type: 'invoke', name: 'signin/failure', value: { code: userToken, message: userToken } });
await deliver({ id: '2', type: 'invoke', name: 'adaptiveCard/action', value: { action: { verb: 'raw', data: {} } } });
await deliver({ id: '3' }, (token) => `Basic ${token}`);
await deliver({ id: '4' }, undefined, await makeKey('key-1'));
await deliver({ id: '5', serviceUrl: `https://user:${secret}@smba.trafficmanager.net/` });
await deliver({ id: '6', conversation: { id: 'a:1', tenantId: secret.slice(0, 60) }, channelData: {} });
await deliver({ id: '7', type: [secret] });
// The connector answers what it was sent, as a proxy in front of it may.
framework.connector.plant({ on: 'create', answer: { kind: 'status', status: 500 } });
await deliver({ id: '8', text: 'help' });
framework.connector.plant({ on: 'create', answer: { kind: 'reset' } });
await deliver({ id: '9', text: 'vms' });
await deliver({ id: '10', text: 'help', conversation: { id: 'a:unknown', tenantId: tenant } });
const cards = framework.connector.activities('a:1').map(({ activity }) => activity);
process.stdout.write(
  JSON.stringify({ answers, cards, tokens, presented: framework.presented, asked: framework.tokens.asked }),
);
await app.stop();
await connection.close();
await framework.close();
process.exit(0);
