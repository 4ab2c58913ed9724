export const doctor = {
  'doctor.usage':
    'Usage: npm run --silent doctor -- [--json] [--endpoint https://HOST/api/messages] [--language en|zh]',
  'doctor.state.ok': 'ok',
  'doctor.state.problem': 'problem',
  'doctor.state.unknown': 'unknown',
  'doctor.check.configuration': 'configuration',
  'doctor.check.grants': 'grants file',
  'doctor.check.bot': 'bot credentials',
  'doctor.check.keys': 'key document',
  'doctor.check.signIn': 'sign-in',
  'doctor.check.endpoint': 'messaging endpoint',
  'doctor.check.credential': 'ARM credential',
  'doctor.check.clock': 'clock',
  'doctor.check.subscriptions': 'subscriptions',
  'doctor.check.machines': 'virtual machines',
  'doctor.check.region': 'region',
  'doctor.check.role': 'role',
  'doctor.check.agents': 'agents',
  'doctor.check.store': 'store',
  'doctor.summary':
    '{problems, plural, =0 {Nothing is wrong} one {One problem} other {# problems}}{unknown, plural, =0 {.} one {, and one thing could not be told.} other {, and # things could not be told.}}',
  'doctor.notLookedAt': 'not looked at: it rests on a line above',
  'doctor.andMore': '{names} and {count} more',
  'doctor.configuration.ok': 'every setting is right',
  'doctor.configuration.local':
    'every setting is right for the demo and the terminal; for Teams a bot registration is missing',
  'doctor.configuration.fix': 'docs/configuration.md has every setting with its values.',
  'doctor.grants.ok': '{file} is right',
  'doctor.grants.none': 'none is named: outside local mode everything is denied',
  'doctor.grants.none.fix': 'Write one (docs/grants.md, docs/grants.sample.yaml) and set HOPCHECK_GRANTS to its path.',
  'doctor.grants.fix': 'Correct the file; “npm run grants -- validate --file {file}” shows the same.',
  'doctor.signIn.ok': 'the token service knows the OAuth connection {connection}, with single sign-on',
  'doctor.signIn.byHand': 'the OAuth connection {connection} has no token exchange URL: everybody signs in by hand',
  'doctor.signIn.byHand.fix': 'Set it to the registration’s application ID URI (docs/side-loading.md).',
  'doctor.signIn.refused': 'the token service does not give a sign-in for the OAuth connection {connection}: {reason}',
  'doctor.signIn.fix':
    'Compare HOPCHECK_OAUTH_CONNECTION with the connection’s name on the Azure Bot, and HOPCHECK_TOKEN_SERVICE with its cloud and region.',
  'doctor.bot.none': 'no registration is set: the demo and the terminal need none',
  'doctor.bot.none.fix': 'For Teams set MicrosoftAppId and its companions (docs/operations.md).',
  'doctor.bot.ok': 'Entra gave a token for {appId} ({proof})',
  'doctor.bot.refused': 'no token for {appId} ({proof}): {reason}',
  'doctor.bot.fix':
    '{proof, select, secret {Make a new client secret in the registration and set MicrosoftAppPassword to its value, not its id.} certificate {See that the registration lists this certificate and that it has not expired.} federated {See that MicrosoftAppClientId is the managed identity’s client id and that the registration’s federated credential names that identity.} other {See that the managed identity is assigned to this machine and that MicrosoftAppId is its client id.}}',
  'doctor.bot.fix.7000215':
    'The secret is wrong: set MicrosoftAppPassword to the secret’s value (not its id), or make a new one.',
  'doctor.bot.fix.7000222':
    'The secret has expired: make a new one and set MicrosoftAppPassword; better, change to a managed identity.',
  'doctor.bot.fix.700016':
    'The tenant has no registration {appId}: correct MicrosoftAppId or MicrosoftAppTenantId, and see that MicrosoftAppType is as registered.',
  'doctor.bot.fix.90002':
    'There is no such tenant: correct MicrosoftAppTenantId, and HOPCHECK_CLOUD for a sovereign cloud.',
  'doctor.bot.fix.700027':
    'The registration does not know this certificate, or it has expired: upload the new one there.',
  'doctor.bot.fix.70021':
    'No federated credential of the registration fits: its issuer, subject and audience have to be the managed identity’s.',
  'doctor.keys.ok': '{count, plural, one {one key} other {# keys}} from {host}',
  'doctor.keys.failed': '{host} gave no keys: {reason}',
  'doctor.keys.fix': 'Let this machine reach {host} over https; without keys every message is refused.',
  'doctor.endpoint.ok': '{url} refuses strangers, as it should',
  'doctor.endpoint.here': 'the bot answers on port {port} of this machine; whether Teams reaches it was not tried',
  'doctor.endpoint.nobody': 'nothing of the bot answers on port {port} of this machine',
  'doctor.endpoint.giveIt': 'Name it to have it tried: npm run doctor -- --endpoint https://HOST/api/messages',
  'doctor.endpoint.unreachable': '{url} cannot be reached: {reason}',
  'doctor.endpoint.unreachable.fix':
    'See to DNS, ingress and certificate; Teams needs https with a certificate that the public trusts.',
  'doctor.endpoint.odd': '{url} answers {status} where hopcheck would answer 401',
  'doctor.endpoint.odd.fix': 'Something else answers there: compare host and path with where hopcheck listens.',
  'doctor.endpoint.open':
    'It takes messages without a token: local mode must not be reachable from outside. Start it with “npm start”.',
  'doctor.connect.failed': 'Resource Manager cannot be set up: {reason}',
  'doctor.connect.fix':
    'Check HOPCHECK_ARM_ENDPOINT or HOPCHECK_TOPOLOGY, and NODE_EXTRA_CA_CERTS for a private authority.',
  'doctor.credential.ok': '{host} accepts the identity{simulated, select, true { (the embedded Azure)} other {}}',
  'doctor.credential.refused': 'the identity is not accepted: {reason}',
  'doctor.credential.fix':
    'Assign the managed identity and set AZURE_CLIENT_ID to its client id, or correct AZURE_TENANT_ID and the credential (docs/troubleshooting.md#azure_unauthorized).',
  'doctor.credential.unreachable': '{host} does not answer as Resource Manager: {reason}',
  'doctor.credential.unreachable.fix':
    'Let this machine reach {host} over https; of a proxy that opens TLS add the authority with NODE_EXTRA_CA_CERTS.',
  'doctor.credential.unknown': 'Azure could not say: {reason}',
  'doctor.clock.ok': 'within {seconds, plural, =0 {one second} one {one second} other {# seconds}} of Azure’s',
  'doctor.clock.off': '{seconds} seconds {side, select, behind {behind} other {ahead of}} Azure’s',
  'doctor.clock.fix': 'Synchronise the clock (NTP): tokens are refused when it is off by more than five minutes.',
  'doctor.clock.unknown': 'Azure’s answer carried no time',
  'doctor.subscriptions.ok':
    '{count, plural, one {one seen} other {# seen}}{chosen, plural, =0 {} one {, one chosen} other {, # chosen}}: {names}',
  'doctor.subscriptions.none': 'the identity sees none',
  'doctor.subscriptions.unseen': 'HOPCHECK_SUBSCRIPTIONS names what the identity does not see: {ids}',
  'doctor.subscriptions.unseen.fix': 'Assign the role there, or correct HOPCHECK_SUBSCRIPTIONS.',
  'doctor.machines.ok': '{count, plural, one {one machine} other {# machines}}',
  'doctor.machines.none': 'the identity sees none',
  'doctor.machines.skipped': 'this subscription is left out: {reason}',
  'doctor.machines.unreadable': 'they cannot be listed: {reason}',
  'doctor.machines.again': 'Try again; if it stays so, see docs/troubleshooting.md#{code}.',
  'doctor.region.ok': '{count, plural, one {one machine} other {# machines}}, watched by {watcher}',
  'doctor.region.none':
    '{count, plural, one {one machine} other {# machines}} and no network watcher: nothing can be checked from there',
  'doctor.region.fix':
    'az network watcher configure --subscription {subscription} --resource-group NetworkWatcherRG --locations {region} --enabled true',
  'doctor.role.ok':
    'every action is there in {count, plural, one {one resource group} other {# resource groups}}{left, plural, =0 {} other {; # more were not looked at}}',
  'doctor.role.missing': '{count, plural, one {lacks} other {lacks # actions:}} {actions}',
  'doctor.role.unknown': 'what the identity may do in {names} cannot be read: {reason}',
  'doctor.role.unknown.fix': 'The role of infra/role.json has Microsoft.Authorization/permissions/read for this.',
  'doctor.role.fix': 'az role assignment create --role "hopcheck reader" --assignee IDENTITY --scope {scope}',
  'doctor.role.fix.anywhere':
    'Assign the role of infra/role.json on the resource groups to check and on NetworkWatcherRG; it takes some minutes to work.',
  'doctor.agents.ok':
    '{count, plural, one {the one machine has} other {all # machines have}} the extension{left, plural, =0 {} other {; # more were not looked at}}',
  'doctor.agents.missing': '{ready} of {of} machines can be checked from; without a working extension: {names}',
  'doctor.agents.fix':
    'az vm extension set --subscription {subscription} --resource-group {group} --vm-name {name} --publisher Microsoft.Azure.NetworkWatcher --name NetworkWatcherAgent{os}',
  'doctor.agents.unknown': '{unread} of {of} machines could not be read: {reason}',
  'doctor.database.ok': 'PostgreSQL {version} at {where}',
  'doctor.database.noRight': 'PostgreSQL {version} at {where} does not let hopcheck make its tables',
  'doctor.database.failed': '{where} cannot be used: {reason}',
  'doctor.database.fix':
    'Check DATABASE_URL, the server’s firewall, TLS, and that its user may log in and has CREATE on the database.',
  'doctor.store.memory': 'no data folder is named: in memory here; “npm start” uses ./data',
  'doctor.store.ok': '{file}, {freeMb} MB free',
  'doctor.store.new': '{folder} is writable and still empty, {freeMb} MB free',
  'doctor.store.notFolder': '{folder} is not a folder',
  'doctor.store.readOnly': '{folder} cannot be written',
  'doctor.store.full': '{folder} has only {freeMb} MB free',
  'doctor.store.notDatabase': '{file} is not a database',
  'doctor.store.fix':
    'Give hopcheck a writable folder on a disk that outlives the process, or name another in HOPCHECK_DATA_DIR ({folder}).',
} as const;
