/** The words of `npm run audit`. */
export const audit = {
  'audit.fine':
    '{entries, plural, =0 {No entries yet} one {One entry} other {# entries}} in {chains, plural, one {one chain} other {# chains}}, nothing wrong. The last of each, to be noted down elsewhere:',
  'audit.flawed':
    '{flaws, plural, one {One thing is wrong} other {# things are wrong}} in {entries, plural, one {one entry} other {# entries}} of {chains, plural, one {one chain} other {# chains}}. The last entry of each:',
  'audit.flaw.gap': 'Entries are missing before entry {sequence} of “{instance}”.',
  'audit.flaw.altered': 'Entry {sequence} of “{instance}” is not what was written there.',
  'audit.flaw.cut': 'The end of “{instance}” is missing, from entry {sequence} on.',
  'audit.flaw.vanished': 'Entry {sequence} of “{instance}”, which is vouched for elsewhere, is missing or another one.',
  'audit.unreadable': 'The audit cannot be read: {reason}',
  'audit.usage': `Usage:
  npm run --silent audit -- verify [--head "NUMBER HASH CHAIN" ...]
  npm run --silent audit -- export [--since TIME] [--until TIME] [--format ndjson]
    [--language en|zh]
Reads HOPCHECK_DATA_DIR (./data), or DATABASE_URL where that is set; the bot may be running.
TIME is a date or a time such as 2026-01-31 or 2026-01-31T08:00Z; --until is left out itself.
--head: the last entry of a chain as an earlier “verify” printed it.
Exit codes: 0 fine, 1 something is wrong, 64 wrong usage, 69 cannot be read.`,
} as const;
