export const turn = {
  'turn.looking': 'Looking up: {text}',
  'turn.started': 'Started: the answer comes as a new card below.',
  'turn.below': 'See the new card below.',
  'turn.outdated':
    'This button does nothing any more: its work was done, or somebody pressed it before. Ask again with a new message.',
  'turn.unknownButton':
    'I do not know this button. The card may come from another version; ask again with a new message.',
  'turn.failed': 'Something went wrong inside hopcheck. It is logged under the reference {reference}.',
} as const;
