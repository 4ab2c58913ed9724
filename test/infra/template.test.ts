import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { machineActions, matches, watcherActions } from '../../src/azure/permissions.ts';
import { readConfig, settings } from '../../src/config.ts';
import {
  callsIn,
  type Expression,
  expressionsIn,
  parseExpression,
  print,
  type Resource,
  Template,
} from './support/arm-template.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
const load = (path: string) => Template.parse(JSON.parse(read(path)));
const main = load('infra/main.json');
const role = load('infra/role.json');
const templates = [
  ['infra/main.json', main],
  ['infra/role.json', role],
] as const;

/** Those of Resource Manager's functions that are used here. */
const functions =
  'concat createArray createObject empty format guid if json listKeys not parameters reference resourceGroup resourceId string subscription subscriptionResourceId uniqueString uriComponent variables'.split(
    ' ',
  );

const namesOf = (part: unknown, kind: 'parameters' | 'variables') =>
  new Set(
    expressionsIn(part)
      .flatMap(callsIn)
      .filter(({ name }) => name === kind)
      .map((call) => literal(call.arguments[0])),
  );

function literal(expression: Expression | undefined): string {
  if (expression?.kind !== 'literal') throw new Error('a name is written out, not worked out');
  return String(expression.value);
}

/** The resource's id as an expression of the same template would write it. */
function idOf({ type, name }: Resource): string {
  const [expression] = expressionsIn(name);
  if (!expression) return `resourceId('${type}', '${name}')`;
  const parts = type.split('/').length - 1;
  const isJoined = parts > 1 && expression.kind === 'call' && expression.name === 'format';
  const names = isJoined ? expression.arguments.slice(1) : [expression];
  if (names.length !== parts) throw new Error(`${type} wants ${parts} names, ${name} has ${names.length}`);
  return `resourceId('${type}', ${names.map(print).join(', ')})`;
}

const idsIn = (part: unknown) =>
  expressionsIn(part)
    .flatMap(callsIn)
    .filter(({ name }) => name === 'resourceId')
    .map(print);

describe.each(templates)('%s', (_path, template) => {
  test('describes every parameter, and uses each', () => {
    const { parameters, ...rest } = template;
    const used = namesOf(rest, 'parameters');
    expect([...used].toSorted()).toEqual(Object.keys(parameters).toSorted());
    for (const { metadata } of Object.values(parameters)) expect(metadata.description.length).toBeGreaterThan(10);
  });

  test('declares every variable that it uses, and uses each', () => {
    const { variables } = template;
    expect([...namesOf(template, 'variables')].toSorted()).toEqual(Object.keys(variables).toSorted());
  });

  test('calls only functions that Resource Manager has', () => {
    const called = new Set(
      expressionsIn(template)
        .flatMap(callsIn)
        .map(({ name }) => name),
    );
    expect([...called].filter((name) => !functions.includes(name))).toEqual([]);
  });

  test('names a dated version of each resource type, and one version of each', () => {
    for (const { type, apiVersion } of template.resources) {
      expect(apiVersion, type).toMatch(/^20\d\d-\d\d-\d\d$/);
      const provider = template.resources.filter((other) => other.type.split('/')[0] === type.split('/')[0]);
      expect(new Set(provider.map((other) => other.apiVersion)).size, type).toBe(1);
    }
  });

  test('refers only to resources that it makes, and waits for each it asks about', () => {
    const made = template.resources.map(idOf);
    for (const { dependsOn, ...resource } of template.resources) {
      const waits = idsIn(dependsOn);
      const wanted = new Set(idsIn({ ...resource, name: '' }).filter((id) => id !== idOf({ ...resource, dependsOn })));
      // What a variable holds is asked for by who uses the variable.
      for (const id of [...waits, ...wanted]) expect(made, resource.type).toContain(id);
      for (const id of wanted) expect(waits, resource.type).toContain(id);
      for (const id of waits)
        expect(made.indexOf(id), resource.type).toBeLessThan(made.indexOf(idOf({ ...resource, dependsOn })));
    }
    expect(idsIn([template.outputs, template.variables]).filter((id) => !made.includes(id))).toEqual([]);
  });

  test('asks for the version that it makes', () => {
    const versions = new Map(template.resources.map((resource) => [idOf(resource), resource.apiVersion]));
    for (const call of expressionsIn(template).flatMap(callsIn)) {
      if (call.name !== 'reference' && call.name !== 'listKeys') continue;
      const [id, version] = call.arguments;
      expect(id && versions.get(print(id)), print(call)).toBe(literal(version));
    }
  });

  test('lets no secret out, and gives none a value', () => {
    const secret = Object.entries(template.parameters).filter(([, { type }]) => /^secure/i.test(type));
    for (const [name, { defaultValue }] of secret) expect(defaultValue ?? '', name).toBe('');
    const outputs = expressionsIn(template.outputs).flatMap(callsIn);
    expect(outputs.filter(({ name }) => name.startsWith('list'))).toEqual([]);
    const told = outputs.filter(({ name }) => name === 'parameters').map((call) => literal(call.arguments[0]));
    expect(told.filter((name) => secret.some(([known]) => known === name))).toEqual([]);
    expect(JSON.stringify(template.outputs)).not.toMatch(/secret|password|key/i);
  });
});

const Container = z.object({
  properties: z.object({
    configuration: z.object({
      ingress: z.object({ targetPort: z.string(), allowInsecure: z.literal(false), external: z.literal(true) }),
      secrets: z.string(),
    }),
    template: z.object({
      containers: z.tuple([
        z.object({
          env: z.string(),
          probes: z.array(z.object({ type: z.string(), httpGet: z.object({ path: z.string(), port: z.string() }) })),
          volumeMounts: z.array(z.object({ volumeName: z.string(), mountPath: z.string() })),
        }),
      ]),
      volumes: z.array(z.object({ name: z.string() })),
      scale: z.object({ maxReplicas: z.string() }),
    }),
  }),
});

function resourceOf(type: string): Resource {
  const found = main.resources.filter((resource) => resource.type === type);
  if (found.length !== 1 || !found[0]) throw new Error(`${found.length} resources of the type ${type}`);
  return found[0];
}

const guid = '11111111-1111-4111-8111-111111111111';

describe('the container app', () => {
  const { configuration, template } = Container.parse(resourceOf('Microsoft.App/containerApps')).properties;
  const [container] = template.containers;
  const port = "[variables('port')]";

  /** The settings that are always there: `createObject('name', NAME, 'value', …)`. */
  const environment = expressionsIn(container.env)
    .flatMap(callsIn)
    .filter(({ name }) => name === 'createObject')
    .map(({ arguments: [, name, , value] }) => ({ name: literal(name), value }));

  test('gets settings that hopcheck reads, and @azure/identity’s own', () => {
    const names = [...environment.map(({ name }) => name), 'DATABASE_URL'];
    expect(JSON.stringify(main.variables.databaseSetting)).toContain('DATABASE_URL');
    const foreign = names.filter((name) => !Object.hasOwn(settings, name));
    expect(foreign).toEqual(['AZURE_CLIENT_ID']);
  });

  test('starts with them', () => {
    const samples: Readonly<Record<string, string>> = {
      PORT: String(main.variables.port),
      MicrosoftAppId: guid,
      MicrosoftAppTenantId: guid,
      AZURE_CLIENT_ID: guid,
      HOPCHECK_TENANTS: guid,
      HOPCHECK_SUBSCRIPTIONS: '',
      HOPCHECK_LANGUAGE: 'en',
    };
    const given = Object.fromEntries(
      environment.map(({ name, value }) => [name, value?.kind === 'literal' ? String(value.value) : samples[name]]),
    );
    expect(readConfig(given, 'production')).toMatchObject({
      ok: true,
      config: { port: 3978, azure: { kind: 'azure' }, bot: { appType: 'UserAssignedMSI' }, dataDir: '/data' },
    });
  });

  test('asks with people’s own rights where they have something to sign in to, and only there', () => {
    const [whole] = expressionsIn(container.env);
    const signedIn = "if(empty(parameters('signInClientId')), createArray(), variables('signInSettings'))";
    expect(whole?.kind === 'call' && whole.arguments.map(print)).toContain(signedIn);
    const given = z
      .array(z.strictObject({ name: z.string(), value: z.string() }))
      .parse(main.variables.signInSettings)
      .map(({ name, value }) => ({
        name,
        value: value === "[variables('connectionName')]" ? main.variables.connectionName : value,
      }));
    expect(given.map(({ name }) => name).filter((name) => !Object.hasOwn(settings, name))).toEqual([]);
    const bot = { MicrosoftAppId: guid, MicrosoftAppTenantId: guid, MicrosoftAppType: 'UserAssignedMSI' };
    const people = Object.fromEntries(given.map(({ name, value }) => [name, String(value)]));
    const settled = { ...bot, HOPCHECK_GRANTS: '/grants', ...people };
    expect(readConfig(settled, 'production')).toMatchObject({
      ok: true,
      config: { oauthConnection: main.variables.connectionName },
    });
  });

  test('is reached and probed where hopcheck listens', () => {
    expect(configuration.ingress.targetPort).toBe(port);
    expect(container.probes.map(({ httpGet }) => httpGet)).toEqual([
      { path: '/healthz', port },
      { path: '/readyz', port },
    ]);
  });

  test('mounts what it declares, and the grants and the data lie there', () => {
    expect(container.volumeMounts.map(({ volumeName }) => volumeName)).toEqual(
      template.volumes.map(({ name }) => name),
    );
    const folders = container.volumeMounts.map(({ mountPath }) => mountPath);
    for (const name of ['HOPCHECK_GRANTS', 'HOPCHECK_DATA_DIR']) {
      const path = literal(environment.find((one) => one.name === name)?.value);
      expect(
        folders.some((folder) => path === folder || path.startsWith(`${folder}/`)),
        path,
      ).toBe(true);
    }
  });

  test('runs more than once only where the store can be shared', () => {
    expect(template.scale.maxReplicas).toBe("[if(parameters('database'), 3, 1)]");
  });

  test('is told passwords as secrets only', () => {
    const secure = ['grants', 'databasePassword'];
    expect([...namesOf(resourceOf('Microsoft.App/containerApps'), 'parameters')]).not.toContain('signInClientSecret');
    expect([...namesOf(container.env, 'parameters')].filter((name) => secure.includes(name))).toEqual([]);
    expect([...namesOf([configuration.secrets, main.variables], 'parameters')]).toEqual(expect.arrayContaining(secure));
  });
});

describe('the bot', () => {
  test('is the identity, is told its endpoint, and speaks in Teams alone', () => {
    expect(resourceOf('Microsoft.BotService/botServices')).toMatchObject({
      location: 'global',
      properties: {
        msaAppType: 'UserAssignedMSI',
        endpoint: expect.stringMatching(
          /^\[format\('https:\/\/\{0\}\/api\/messages', .*\.configuration\.ingress\.fqdn\)\]$/,
        ),
      },
    });
    expect(resourceOf('Microsoft.BotService/botServices/channels')).toMatchObject({
      properties: { channelName: 'MsTeamsChannel', properties: { enableCalling: false } },
    });
  });
});

describe('the OAuth connection', () => {
  const connection = z
    .looseObject({
      condition: z.literal("[not(empty(parameters('signInClientId')))]"),
      properties: z.strictObject({
        serviceProviderDisplayName: z.string(),
        serviceProviderId: z.guid(),
        clientId: z.literal("[parameters('signInClientId')]"),
        clientSecret: z.literal("[parameters('signInClientSecret')]"),
        scopes: z.literal("[parameters('signInScopes')]"),
        parameters: z.array(z.strictObject({ key: z.string(), value: z.string() })),
      }),
    })
    .parse(resourceOf('Microsoft.BotService/botServices/connections'));
  const values = new Map(connection.properties.parameters.map(({ key, value }) => [key, value]));

  test('is not made unless it is asked for', () => {
    const { signInClientId, signInClientSecret } = main.parameters;
    expect(signInClientId).toMatchObject({ type: 'string', defaultValue: '' });
    expect(signInClientSecret).toMatchObject({ type: 'secureString', defaultValue: '' });
  });

  test('is the one that the command of the side-loading page makes', () => {
    const page = read('docs/side-loading.md');
    const said = (option: RegExp) => option.exec(page)?.[1];
    expect(main.variables.connectionName).toBe(said(/--setting-name (\S+) /));
    expect(main.parameters.signInScopes?.defaultValue).toBe(said(/--provider-scope-string "([^"]+)"/));
    const [, options = ''] = /--parameters (tenantId.*)/.exec(page) ?? [];
    expect(options.split(' ').map((option) => option.split('=')[0])).toEqual([...values.keys()]);
    const [exchange] = expressionsIn(values.get('tokenExchangeUrl'));
    const [pattern, ...parts] = exchange?.kind === 'call' ? exchange.arguments : [];
    const url = literal(pattern).replace('{0}', 'HOST').replace('{1}', 'ID');
    expect(options.split(' ')).toContain(`tokenExchangeUrl=${url}`);
    expect(parts.map(print)).toEqual([
      expect.stringMatching(/configuration\.ingress\.fqdn$/),
      "parameters('signInClientId')",
    ]);
  });

  test('has the secret, which nothing else has', () => {
    const holders = main.resources.filter((resource) => namesOf(resource, 'parameters').has('signInClientSecret'));
    expect(holders.map(({ type }) => type)).toEqual(['Microsoft.BotService/botServices/connections']);
    expect(namesOf([main.variables, main.outputs], 'parameters').has('signInClientSecret')).toBe(false);
  });
});

describe('the role', () => {
  const { actions, ...others } = z
    .object({
      properties: z.object({
        permissions: z.tuple([
          z.object({
            actions: z.array(z.string()),
            notActions: z.array(z.string()),
            dataActions: z.array(z.string()),
            notDataActions: z.array(z.string()),
          }),
        ]),
      }),
    })
    .parse(role.resources[0]).properties.permissions[0];

  test('has the actions that the operations page lists, no more and no less', () => {
    const page = read('docs/operations.md');
    const section = page.split(/^### The role$/m)[1]?.split(/^#{2,3} /m)[0] ?? '';
    const listed = [...section.matchAll(/^\| `(Microsoft\.[^`]+)` \|/gm)].map(([, action]) => action);
    expect(listed).toEqual(actions);
  });

  test('covers every action that the doctor looks for', () => {
    const wanted = [...watcherActions, ...machineActions, 'Microsoft.Authorization/permissions/read'];
    expect(wanted.filter((action) => !actions.some((pattern) => matches(pattern, action)))).toEqual([]);
  });

  test('can write nothing, read no data, and use no wildcard beyond one diagnostic', () => {
    expect(Object.values(others)).toEqual([[], [], []]);
    const broad = actions.filter(
      (action) =>
        !/\/read$|^Microsoft\.Network\/networkWatchers\/\w+\/(?:action|\*)$/.test(action) &&
        action !== 'Microsoft.Network/networkInterfaces/effectiveNetworkSecurityGroups/action',
    );
    expect(broad).toEqual([]);
    for (const changing of ['packetCaptures/write', 'flowLogs/delete', 'connectionMonitors/write', 'delete', 'write']) {
      const action = `Microsoft.Network/networkWatchers/${changing}`;
      expect(
        actions.some((pattern) => matches(pattern, action)),
        action,
      ).toBe(false);
    }
    expect(new Set(actions).size).toBe(actions.length);
  });
});

describe('the reader of expressions', () => {
  test.each(["concat('a', ", "concat('a'", 'parameters', "concat('a') 'b'", "'open", 'a.b()'])('refuses %s', (text) => {
    expect(() => parseExpression(text)).toThrow(/ at \d+ of /);
  });

  test('reads calls within calls, quotes within texts, and what is picked', () => {
    const text = "format('it''s {0}', reference(resourceId('A/b', 'c'), '2020-01-01').d.e)";
    expect(print(parseExpression(text))).toBe(
      "format('it's {0}', reference(resourceId('A/b', 'c'), '2020-01-01').d.e)",
    );
  });
});
