import { checkWords, readCheck } from '../src/commands/check/request.ts';
import { flowWords, readFlow } from '../src/commands/flow/request.ts';
import { readWatch, watchWords } from '../src/commands/watch/request.ts';
import { readCommand } from '../src/language/commands.ts';
import { nearest } from '../src/language/suggest.ts';
import { words } from '../src/language/words.ts';

export type Figure = {
  readonly name: string;
  readonly value: number;
  readonly unit: string;
  /** The bound to keep, as printed beside the value. */
  readonly aim: string;
  readonly ok: boolean;
};

const table = [checkWords, flowWords, watchWords];

const sentences = [
  'check vm db0 port 80',
  'check from app0 to vm db0 port 80',
  'check app0 -> db0:1433',
  'can app0 reach db0 on 1433?',
  'check from app0 to https://build2017nwdiag360.blob.core.windows.net/',
  'check from app0,app1 to db0 ports 80,443',
  '<at>hopcheck</at>&nbsp;check from app0 to db0 port 443 over ipv6',
  '检查从app0到db0端口80',
  'curl: (7) Failed to connect to db0 port 80',
  'check from app0 too db0 port 80',
  'flow from app0 to 10.1.4.4:80 udp inbound',
  'watch app0 to db0 port 1433 every 5m for 2h',
];

function readMessage(text: string): boolean {
  const found = readCommand(words(text), table);
  if (!found.ok) return false;
  const { command, rest } = found.value;
  return (command === 'flow' ? readFlow(rest) : command === 'watch' ? readWatch(rest) : readCheck(rest)).ok;
}

/** 4 KB each, of what makes scanners and expressions go back over their steps. */
export function worstMessages(): readonly string[] {
  const seeds = [
    ...[
      'a',
      ' ',
      '-',
      '"',
      "' ",
      '`',
      '<',
      '<at>',
      '<a href=',
      '&',
      '&#',
      '[',
      '](',
      '[x](',
      '](http://x)',
      '->',
      '>',
      '=',
      ',',
      ':',
      '.',
      '/',
    ],
    ...[
      '1',
      '检',
      '检查',
      '从',
      '\u200b',
      '\u3000',
      '<at>x</at>',
      'from ',
      'vm ',
      'in ',
      'a,',
      'a b ',
      'port 80 ',
      '80,',
      '=a',
      '://',
      'http://a ',
    ],
    ...[
      'connect to a ',
      'connect to (a) ',
      'refused ',
      'failed a:',
      'dial tcp ',
      '(a',
      'tcp:',
      'a/',
      'a.a',
      '\\"',
      "='",
      'upstream: ',
      'error ',
    ],
    ...['\ud800', 'e\u0301', '\ufdfa', 'connect E', '::', '[::', 'can ', 'every 1', 'a-'],
  ];
  return seeds.flatMap((seed) =>
    ['', 'check ', 'error refused '].map((head) => head + seed.repeat(4096).slice(0, 4096 - head.length)),
  );
}

export async function benchLanguage(): Promise<readonly Figure[]> {
  return [benchSentences(), benchWorst(), benchSuggestions()];
}

function benchSentences(): Figure {
  const rounds = 2_000;
  for (let round = 0; round < rounds; round++) for (const sentence of sentences) readMessage(sentence);
  let best = 0;
  for (let attempt = 0; attempt < 5; attempt++) {
    const start = performance.now();
    for (let round = 0; round < rounds; round++) for (const sentence of sentences) readMessage(sentence);
    best = Math.max(best, (rounds * sentences.length) / ((performance.now() - start) / 1000));
  }
  return { name: 'commands read', value: Math.round(best), unit: '1/s', aim: '> 50000', ok: best > 50_000 };
}

function benchWorst(): Figure {
  let slowest = 0;
  for (const message of worstMessages()) {
    let fastest = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 3; attempt++) {
      const start = performance.now();
      readMessage(message);
      fastest = Math.min(fastest, performance.now() - start);
    }
    slowest = Math.max(slowest, fastest);
  }
  return { name: 'worst message of 4 KB', value: round2(slowest), unit: 'ms', aim: '< 10', ok: slowest < 10 };
}

function benchSuggestions(): Figure {
  const names = Array.from({ length: 100_000 }, (_, index) => `vm-${(index * 7919).toString(36)}-prod-${index % 97}`);
  const asked = ['vm-3k9-prod-11', 'vm-zzzz-prd-5', 'databse0', 'x', 'vm-1-prod-1'];
  let slowest = 0;
  for (const name of asked) {
    let fastest = Number.POSITIVE_INFINITY;
    for (let attempt = 0; attempt < 5; attempt++) {
      const start = performance.now();
      nearest(name, names);
      fastest = Math.min(fastest, performance.now() - start);
    }
    slowest = Math.max(slowest, fastest);
  }
  return { name: 'suggestions over 100,000 names', value: round2(slowest), unit: 'ms', aim: '< 20', ok: slowest < 20 };
}

const round2 = (value: number): number => Math.round(value * 100) / 100;
