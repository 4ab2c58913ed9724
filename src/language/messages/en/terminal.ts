export const terminal = {
  'terminal.check.usage':
    'Usage: npm run --silent check -- [--json] [--language en|zh] "check from app0 to vm db0 port 80"',
  'terminal.progress.waiting': 'Asking Azure … {seconds} s',
  'terminal.progress.early': 'Asking Azure … {seconds} s · so far: {text}',
  'terminal.candidates': '{role, select, source {The source may be} other {It may be}}:',
  'terminal.more': '… and {count} more',
  'terminal.path': 'Path',
  'terminal.broken': 'the path breaks here',
  'terminal.latency': 'Latency: min {min} ms, average {avg} ms, max {max} ms',
  'terminal.probes': 'Probes: {sent} sent, {failed} failed',
  'terminal.others': 'Also seen',
  'terminal.assumptions': 'Taken for granted',
  'terminal.simulated': 'Simulated: this answer comes from the embedded Azure, not from a real one.',
  'terminal.source':
    'Subscription {subscription} · {calls, plural, one {one ARM call} other {# ARM calls}} · took {seconds} s',
  'terminal.example': 'For example: {example}',
  'terminal.suggestions': 'Did you mean: {text}',
} as const;
