export const history = {
  'card.history.changed': 'Since the answer before: {changes}',
  'card.history.open': 'Open {number}',
  'card.history.older': 'Older',
  'card.history.newest': 'Newest',
  'card.history.json': 'JSON',
  'card.history.csv': 'CSV',
  'card.history.back': 'Back to the list',
  'card.history.export': 'Checks so far, as {format}',
  'card.history.exportAll':
    '{shown, plural, =0 {There is nothing to export.} one {The one check so far, to copy.} other {All # checks, newest first, to copy.}}',
  'card.history.exportSome':
    '{shown, plural, one {The newest check} other {The newest # checks}}, to copy. Older ones are left out, since a message holds no more: narrow the list, such as “history db0 port 80”, or export from an older page.',
} as const;
