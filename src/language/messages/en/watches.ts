export const watches = {
  'watch.beginning': 'Checking {from} → {to} for the first time: a watch begins.',
  'watch.hurried': 'Watch {number} runs now; its card shows what comes out.',
  'watch.isOver': 'Watch {number} is over already.',
  'watch.stopped': 'Watch {number} ({from} → {to}) is stopped; its card says so.',
  'watch.stoppedAll':
    '{count, plural, =0 {You have no watch here.} one {Your watch is stopped; its card says so.} other {Your # watches are stopped; their cards say so.}}',
  'watch.none': 'Nothing is watched here.',
  'watch.none.how': 'Start with: {example}',

  'card.watch.title': 'Watch {number}: {verdict}',
  'card.watch.title.first': 'Watch {number}: the first check is running',
  'card.watch.title.ended': 'Watch {number} has ended',
  'card.watch.summary': 'Watch {number}: {verdict}, {from} → {to}',
  'card.watch.summary.first': 'Checking {from} → {to} (watch {number})',
  'card.watch.summary.ended': 'Watch {number} has ended: {from} → {to}',
  'card.watch.first':
    'Azure takes 10 seconds to 2 minutes. This message shows the newest answer from then on; a new one comes only when the verdict or the blocking rule changes.',
  'card.watch.since': '{verdict} since',
  'card.watch.strip': '{count, plural, one {The one run so far} other {The last # runs, oldest first}}',
  'card.watch.next': 'Next check about',
  'card.watch.ends': 'Ends',
  'card.watch.endsItself': 'Ends by itself',
  'card.watch.noAnswer': 'The last run brought no answer: {problem} It counts only when three in a row bring none.',
  'card.watch.doubt':
    'The last {count, plural, one {run} other {# runs}} said less than before; that counts after three in a row.',
  'card.watch.end.stopped': 'Stopped by {name}.',
  'card.watch.end.over': 'It ran for {time}, as was asked.',
  'card.watch.end.itself':
    'A watch ends by itself after {days, plural, one {a day} other {# days}}, unless “for” says another time.',
  'card.watch.end.met':
    '{state, select, unreachable {It was to run until the destination cannot be reached, and now it cannot.} other {It was to run until the destination can be reached, and now it can.}}',
  'card.watch.end.refused':
    '{name} may not ask this here any more. The grants or the machines have changed; ask an operator.',
  'card.watch.end.gone': 'Nobody can be told any more.',
  'card.watch.button.stop': 'Stop',
  'card.watch.button.now': 'Run now',
  'card.watch.button.again': 'Watch again',

  'card.watchNews.title': 'Watch {number}: {title}',
  'card.watchNews.turned': 'now {verdict}',
  'card.watchNews.otherRule': 'another rule blocks',
  'card.watchNews.ended': 'ended',
  'card.watchNews.summary': '{from} → {to}: {title}{cause}',
  'card.watchNews.by': ', by {rule}',
  'card.watchNews.asked': ', you asked for this watch ({schedule}).',
  'card.watchNews.owner': 'Owner',
  'card.watchNews.before': 'Before',
  'card.watchNews.now': 'Now',
  'card.watchNews.since': 'since',

  'card.watches.title.list': '{count, plural, one {# watch here} other {# watches here}}',
  'card.watches.title.which': 'Which of the {count} watches shall end?',
  'card.watches.name': 'Watch {number}',
  'card.watches.noAnswer': 'no answer yet',
  'card.watches.stop': 'Stop {number}',
  'card.watches.hidden': '{count, plural, one {# more watch} other {# more watches}} not shown',
  'card.watches.more': 'Stop one without a button by its number, such as: stop 7',
} as const;
