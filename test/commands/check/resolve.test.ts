import { describe, expect, test } from 'vitest';
import { readCheck } from '../../../src/commands/check/request.ts';
import { type Expansion, expand, resolve, subjectOf, withDefault } from '../../../src/commands/check/resolve.ts';
import { words } from '../../../src/language/words.ts';
import { estateOf, machine } from '../estates.ts';

const app0 = machine('app0', '10.2.1.4', { tags: { Tier: 'app' } });
const app1 = machine('app1', '10.2.1.5', { tags: { tier: 'app' } });
const web0 = machine('web0', '10.2.2.4', { tags: { tier: 'web' } });
const db0 = machine('db0', '10.2.3.4');
const otherDb0 = machine('db0', '10.9.3.4', { group: 'OldRG' });
const estate = estateOf(app0, app1, web0, db0);
const doubled = estateOf(app0, app1, web0, db0, otherDb0);

function request(sentence: string) {
  const reading = readCheck(words(sentence).slice(1));
  if (!reading.ok) throw new Error(`not understood: ${sentence}`);
  return reading.value;
}

/** `app0>db0:80` for each question, or what came instead. */
function said(expansion: Expansion): readonly string[] | string {
  switch (expansion.kind) {
    case 'refused':
      return expansion.problem.code;
    case 'form': {
      const { needs, problem, pick, replaces } = expansion.form;
      const fields = Object.entries(needs).flatMap(([field, needed]) => (needed ? [field] : []));
      return `${problem.code} ${fields.join('+')}${replaces === undefined ? '' : ` ${pick}[${replaces}]`}`;
    }
    case 'question':
    case 'matrix': {
      const questions = expansion.kind === 'question' ? [expansion.question] : expansion.questions;
      return questions.map(({ source, destination, port }) => {
        const to =
          destination.kind === 'vm'
            ? destination.machine.name
            : destination.kind === 'address'
              ? destination.address
              : destination.host;
        return `${source.name}>${to}:${port ?? 'icmp'}`;
      });
    }
  }
}

describe('every question of a sentence is asked, and nothing is dropped', () => {
  const rows: readonly (readonly [sentence: string, questions: readonly string[] | string])[] = [
    ['check from app0 to db0 port 80', ['app0>db0:80']],
    ['check from app0 to db0 ports 80,443', ['app0>db0:80', 'app0>db0:443']],
    ['check from app0,app1 to db0 port 80', ['app0>db0:80', 'app1>db0:80']],
    ['check from app0 to db0, 10.0.0.9 port 80', ['app0>db0:80', 'app0>10.0.0.9:80']],
    [
      'check from app0, app1 to db0, web0 ports 80,443',
      [
        'app0>db0:80',
        'app0>db0:443',
        'app0>web0:80',
        'app0>web0:443',
        'app1>db0:80',
        'app1>db0:443',
        'app1>web0:80',
        'app1>web0:443',
      ],
    ],
    ['check from tier=app to db0 port 80', ['app0>db0:80', 'app1>db0:80']],
    ['check from TIER=app to tier=web port 80', ['app0>web0:80', 'app1>web0:80']],
    ['check from app0, tier=app to db0 port 80', ['app0>db0:80', 'app1>db0:80']],
    ['check from app0 to https://bing.com, https://example.com:8443/x', ['app0>bing.com:443', 'app0>example.com:8443']],
    ['check from app0 to db0, web0 icmp', ['app0>db0:icmp', 'app0>web0:icmp']],
    ['check from tier=APP to db0 port 80', 'TAG_NOT_FOUND'],
    ['check from app0 to tier=mail port 80', 'TAG_NOT_FOUND'],
    ['check from app0, app9 to db0 port 80', 'VM_NOT_FOUND'],
    ['check from app0 to db0, db9 port 80', 'VM_NOT_FOUND'],
    ['check from app0 to db0', 'PORT_MISSING port'],
    ['check from app0 to db0, https://bing.com', 'PORT_MISSING port'],
    ['check from tier=app to db0, web0', 'PORT_MISSING port'],
    ['check to db0', 'SOURCE_MISSING source+port'],
    ['check from tier=app', 'DESTINATION_MISSING destination+port'],
    ['check', 'DESTINATION_MISSING source+destination+port'],
  ];
  test.each(rows)('%s', (sentence, questions) => {
    expect(said(expand(request(sentence), estate))).toEqual(questions);
  });

  test.each([
    ['check from app0 to db0 port 80', 'VM_AMBIGUOUS destination destination[0]'],
    ['check from app0 to web0, db0 port 80', 'VM_AMBIGUOUS destination destination[1]'],
    ['check from app0, db0 to db0', 'VM_AMBIGUOUS source+port source[1]'],
    ['check from app0 to OldRG/db0 port 80', ['app0>db0:80']],
  ] as const)('with two db0: %s', (sentence, outcome) => {
    expect(said(expand(request(sentence), doubled))).toEqual(outcome);
  });
});

describe('where only one question can be asked', () => {
  test.each([
    ['check from app0 to db0 port 80', ['app0>db0:80']],
    ['check from app0,app1 to db0 port 80', 'NOT_UNDERSTOOD'],
    ['check from app0 to db0 ports 80,443', 'NOT_UNDERSTOOD'],
    ['check from app0 to db0,web0 port 80', 'NOT_UNDERSTOOD'],
    ['check from tier=app to db0 port 80', 'NOT_UNDERSTOOD'],
    ['check from tier=web to db0 port 80', ['web0>db0:80']],
  ] as const)('%s', (sentence, outcome) => {
    expect(said(resolve(request(sentence), estate))).toEqual(outcome);
  });

  test('the refusal quotes the list', () => {
    const refused = resolve(request('check from app0, app1 to db0 ports 80,443'), estate);
    expect(refused).toMatchObject({
      problem: {
        facts: { text: 'app0, app1', why: 'ONE_ONLY' },
        example: 'check from app0 to db0 port 80',
      },
    });
  });
});

test('a name that is not there comes with whole sentences, each with the machine where it is', () => {
  const suggestions = (sentence: string) => {
    const refused = expand(request(sentence), doubled);
    return refused.kind === 'refused' ? refused.problem.suggestions : undefined;
  };
  expect(suggestions('check from ap0 to web0 port 80')).toContain('check from app0 to web0 port 80');
  expect(suggestions('check from app0 to web1, web0 ports 80,443')).toEqual([
    'check from app0 to web0, web0 ports 80,443',
  ]);
  expect(suggestions('check from app0 to NoRG/db0 port 80')).toEqual([
    'check from app0 to ShopRG/db0 port 80',
    'check from app0 to OldRG/db0 port 80',
  ]);
});

test('a default source stands in only where no source was named, by name or by tag', () => {
  const source = { kind: 'vm', name: 'web0' } as const;
  const from = (sentence: string) => said(expand(withDefault(request(sentence), source), estate));
  expect(from('check db0 port 80')).toEqual(['web0>db0:80']);
  expect(from('check from app0 to db0 port 80')).toEqual(['app0>db0:80']);
  expect(from('check from tier=app to db0 port 80')).toEqual(['app0>db0:80', 'app1>db0:80']);
});

describe('what the policy decides about', () => {
  const subject = (sentence: string) => {
    const expansion = expand(request(sentence), estate);
    if (expansion.kind !== 'question') throw new Error(`no question: ${sentence}`);
    const { machines, destination, ports } = subjectOf(expansion.question, doubled);
    return { machines: machines.map(({ name }) => name), destination, ports };
  };
  test.each([
    ['check from app0 to web0 port 80', ['app0', 'web0'], { address: '10.2.2.4', inVnet: true }, [80]],
    // An address opens no door that its machine's name would not.
    ['check from app0 to 10.2.2.4 port 80', ['app0', 'web0'], { address: '10.2.2.4', inVnet: true }, [80]],
    ['check from app0 to 10.9.3.4 port 80', ['app0', 'db0'], { address: '10.9.3.4', inVnet: true }, [80]],
    ['check from app0 to 10.7.7.7 port 80', ['app0'], { address: '10.7.7.7', inVnet: false }, [80]],
    ['check from app0 to shop.example port 443', ['app0'], { host: 'shop.example', inVnet: false }, [443]],
    ['check from app0 to https://shop.example:8443', ['app0'], { host: 'shop.example', inVnet: false }, [8443]],
    ['check from app0 to web0 icmp', ['app0', 'web0'], { address: '10.2.2.4', inVnet: true }, []],
  ] as const)('%s', (sentence, machines, destination, ports) => {
    expect(subject(sentence)).toEqual({ machines, destination, ports });
  });
});
