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

/**
 * A process that handles recognisable secrets in every way it can: argv names its data folder, the client secret and the
 * connector's token. stderr is its log; stdout is what it answered, what its cards say, and the tokens it was shown.
 */
const [dataDir = '', secret = '', connectorToken = ''] = process.argv.slice(2);
const clock = createFastClock(50);
const framework = await startBotFramework();
framework.authority.answer = connectorToken;
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
    HOPCHECK_SPEED: '1',
    HOPCHECK_DATA_DIR: dataDir,
    LOG_LEVEL: 'trace',
  },
  'production',
);
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const { config } = reading;
const log = createLog({ level: config.logLevel, human: false });
const connection = await connectAzure(config, log, clock);
const grants = everyone('test');
const app = await createApp(config, { log, clock, connection, grants: () => grants, botCloud: framework.cloud });
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
  const body = JSON.stringify(messageActivity({ serviceUrl: framework.serviceUrl, ...changes }));
  const port = Number(new URL(app.url).port);
  const answer = await post(port, body, { authorization: authorization(token) });
  answers.push(JSON.stringify(answer));
  return answer;
}

await deliver({ id: '1', text: 'check from app0 to vm db0 port 1433' });
await framework.connector.waitFor(isFinal, 15_000);
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
await deliver({ id: '10', text: 'help', conversation: { id: 'a:unknown', tenantId } });
const cards = framework.connector.activities('a:1').map(({ activity }) => activity);
process.stdout.write(JSON.stringify({ answers, cards, tokens, presented: framework.presented }));
await app.stop();
await connection.close();
await framework.close();
process.exit(0);
