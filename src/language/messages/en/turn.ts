export const turn = {
  'turn.looking': 'Looking up: {text}',
  'turn.started': 'Started: the answer comes as a new card below.',
  'turn.nothingYet': 'Nothing was asked here yet, so there is nothing to ask again.',
  'turn.cancelled':
    '{count, plural, =0 {Nothing of yours is running here.} one {I no longer wait for one question of yours; its card says so.} other {I no longer wait for # questions of yours; their cards say so.}}',
  'turn.source.set': 'Checks here that name no source start from {name} ({place}).',
  'turn.source.is': 'Checks here that name no source start from {name}.',
  'turn.source.none': 'No source is set here: each check has to name its own.',
  'turn.source.how': 'Set one with: use {name} as source. Forget it with: use none.',
  'turn.below': 'See the new card below.',
  'turn.outdated':
    'This button does nothing any more: its work was done, or somebody pressed it before. Ask again with a new message.',
  'turn.unknownButton':
    'I do not know this button. The card may come from another version; ask again with a new message.',
  'turn.failed': 'Something went wrong inside hopcheck. It is logged under the reference {reference}.',
} as const;
