/** Who may ask what: the words of `grants explain` and of the reasons behind a refusal. */
export const policy = {
  'policy.yes': 'Yes: the rule “{rule}” allows it.',
  'policy.no': 'No: the rule “{rule}” decides. {reason}',
  'policy.noMatch': 'No: {rule}. {reason}',
  'policy.reason.tenant': 'The tenant is not one that the file serves.',
  'policy.reason.command': 'This command is not granted to this person at this place.',
  'policy.reason.scope': 'Not every machine of the question is granted.',
  'policy.reason.destination': 'The destination is not granted.',
  'policy.reason.port': 'Not every port of the question is granted.',
  'policy.reason.rate': 'The limit is reached.',
  'policy.toGrant': 'To grant it, an operator adds: {ids}.',
  'policy.neverGranted': 'No rule can grant this.',
  'policy.limits':
    'A minute and at once: {personPerMinute} and {personInFlight} per person, {channelPerMinute} and {channelInFlight} per channel, {subscriptionPerMinute} and {subscriptionInFlight} per subscription.',
  'policy.question': '{what} · destination {destination}',
  'policy.placeUnknown':
    'Names are not looked up here: say where the machines are with --subscription, --group and --tag.',
  'policy.valid': '{file}: {rules, plural, =0 {no rules} one {one rule} other {# rules}}, nothing wrong.',
  'policy.unreadable': '{file}: cannot be read ({code}).',
  'policy.tenantNeeded': '{file} serves several tenants: name one with --tenant.',
  'policy.usage': `Usage:
  npm run --silent grants -- validate --file FILE
  npm run --silent grants -- explain --file FILE --who ID --where ID --what "check from app0 to db0 port 80"
    [--kind channel|personal|groupChat] [--team ID] [--tenant ID]     the place; a channel when not said
    [--subscription ID] [--group NAME ...] [--tag NAME=VALUE ...]     where the machines of the question are
    [--in-vnet]                                                       the address or host lies in a VNet of the estate
    [--language en|zh]
Exit codes: 0 yes, 1 no, 64 wrong usage, 65 bad file.`,
} as const;
