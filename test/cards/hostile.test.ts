import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as check from '../../src/commands/check/card.ts';
import { helpReply, noticeReply, problemReply, welcomeReply } from '../../src/commands/replies.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import type { Question } from '../../src/core/check.ts';
import type { Diagnosis } from '../../src/diagnosis/verdict.ts';
import { cardBudgetBytes, createRenderer } from '../../src/rendering/renderer.ts';
import { answer, answers, hop, machine } from './samples.ts';

const renderer = createRenderer(new URL('../../cards', import.meta.url));

/** Every card, with one text in every place that comes from outside. */
function replies(text: string, hops: number, locale: Locale): Reply[] {
  const evil = machine(text, text, {
    group: text,
    region: text,
    resourceId: `/subscriptions/${text}`,
    subscriptionId: text,
  });
  const input = { locale, jobId: 'job', nonce: 'nonce', askedBy: { id: '1', name: text } };
  const questions: Question[] = [
    { source: evil, destination: { kind: 'vm', machine: evil }, port: 80, protocol: 'Tcp', protocolAsked: false },
    { source: evil, destination: { kind: 'host', host: text }, protocol: 'Icmp', protocolAsked: true },
    {
      source: evil,
      destination: { kind: 'url', url: text, host: text },
      port: 443,
      protocol: 'Tcp',
      protocolAsked: false,
    },
  ];
  const finding = {
    code: 'NSG_DENY_IN' as const,
    severity: 'error' as const,
    witness: 'nsg' as const,
    facts: { at: text, traffic: text, detail: text },
    rule: { name: text, reportedAs: `UserRule_${text}`, securityGroupId: `/subscriptions/${text}`, priority: 1 },
    resourceId: text,
  };
  const issue = { type: text, origin: text, severity: text };
  const path = Array.from({ length: hops }, (_, index) =>
    hop(text, text, text, {
      roundTripMs: 1.23456,
      issues: [issue, issue],
      brokenAfter: index === hops - 2,
      resourceId: text,
    }),
  );
  const diagnosis: Diagnosis = {
    verdict: 'Unreachable',
    final: true,
    findings: Array.from({ length: 12 }, () => finding),
    path,
    pathFrom: 'probe',
    latency: { minMs: 0 },
    probes: { sent: 1e9, failed: 1e9 },
    assumptions: Array.from({ length: 12 }, (_, index) => `${text}${index}`),
    witnesses: [
      { witness: 'probe', state: 'silent', code: 'AZURE_FORBIDDEN', missingAction: text },
      { witness: 'nsg', state: 'pending' },
    ],
  };
  const azure = { subscriptionId: text, simulated: true, portal: 'https://portal.azure.com', armCalls: 1 };
  const problem = { code: 'NOT_UNDERSTOOD' as const, facts: { text }, example: text, suggestions: [text, text, text] };
  const startedAt = '2026-11-20T14:02:11Z';
  const needs = { source: true, destination: true, port: true };
  const known = { sources: [], destinations: [{ kind: 'host' as const, host: text }], ports: [] };
  return questions.flatMap((question) => [
    check.runningReply({ ...input, question, startedAt, diagnosis, simulated: true }),
    check.resultReply(answer(diagnosis, { question, azure, requestId: text }), {
      ...input,
      changes: { since: startedAt, verdictWas: 'Reachable', added: [text], gone: [text] },
    }),
    check.rawReply({ [text]: [text, { a: text, b: Array.from({ length: hops * 20 }, () => text) }] }, input),
    check.failedReply(
      { kind: 'failed', question, problem, startedAt, durationMs: 1, requestId: text },
      { ...input, reference: text },
    ),
    check.sourceFormReply({ ...input, known, needs, problem, machines: Array.from({ length: 300 }, () => evil) }),
    problemReply(problem, { ...input, reference: text }),
    helpReply({
      locale,
      commands: Array.from({ length: 12 }, () => ({ name: text, summary: text, usage: text, examples: [text] })),
    }),
    welcomeReply({ examples: [text], addedBy: text, simulated: true, locale }),
    noticeReply({ text, detail: text, locale }),
  ]);
}

function expectSound(reply: Reply): void {
  const card = renderer.render(reply);
  const json = JSON.stringify(card);
  expect(Buffer.byteLength(json)).toBeLessThanOrEqual(cardBudgetBytes);
  expect(json).not.toMatch(/\$\{/);
  expect(json).not.toMatch(/\p{Cc}|\p{Bidi_Control}|\u200b/u);
  for (const [, url] of json.matchAll(/"url":"([^"]*)"/g)) {
    expect(url).toMatch(/^(data:image\/png;base64,[\w+/=]+|https:\/\/portal\.azure\.com\/#@\/resource\/[\w./()-]+)$/);
  }
  for (const [, text = ''] of json.matchAll(/"type":"TextBlock","text":"((?:\\.|[^"\\])*)"/g)) {
    const shown = JSON.parse(`"${text}"`).replace(/\{\{(DATE|TIME)\([^)]*\)\}\}/g, '');
    expect(shown.replace(/\\./g, '')).not.toMatch(/[*_`[\]<>~|\\]|\{\{/);
  }
}

const hostile = [
  '**bold** _it_ ~~s~~ `code`',
  '[click me](https://evil.example)',
  '![x](https://evil.example/x.png)',
  '<script>alert(1)</script><at>everyone</at>',
  '${$root.nonce}${name}',
  '{{DATE(2026-01-01T00:00:00Z)}}',
  '"}],"actions":[{"type":"Action.OpenUrl"}]',
  '\u202eevil\u2066\u200b',
  'line\nbreak\r\n# title\n- item',
  '../../providers/x',
  'x'.repeat(300),
  '端'.repeat(300),
  '👩‍👩‍👧‍👦'.repeat(100),
  '\ud800\udfff\udc00',
  '',
  ' ',
  '__proto__',
];

describe('outside text', () => {
  it.each(hostile)('%j is sound in every card and both languages', (text) => {
    for (const locale of ['en', 'zh'] as const) for (const reply of replies(text, 6, locale)) expectSound(reply);
  });

  it('of any kind and length is sound in every card', () => {
    fc.assert(
      fc.property(
        fc.oneof(fc.string({ unit: 'binary', maxLength: 400 }), fc.constantFrom(...hostile)),
        fc.integer({ min: 1, max: 45 }),
        fc.constantFrom<Locale>('en', 'zh'),
        (text, hops, locale) => {
          for (const reply of replies(text, hops, locale)) expectSound(reply);
        },
      ),
      { numRuns: 60 },
    );
  });
});

describe('what does not fit', () => {
  const input = { locale: 'en' as const, jobId: 'job', nonce: 'nonce', askedBy: { id: '1' } };
  const cardOf = (reply: Reply) => JSON.stringify(renderer.render(reply));

  it('of a path of 40 hops is counted, and the ends and the break stay', () => {
    const card = cardOf(check.resultReply(answers['long-path'] ?? answer({} as Diagnosis), input));
    for (const name of ['hop-0', 'hop-25', 'hop-26', 'hop-39']) expect(card).toContain(`"${name}"`);
    expect(card).toContain('Broken here: hop-25 → hop-26');
    const hidden = [...card.matchAll(/(\d+) hops not shown/g)].reduce((sum, [, count]) => sum + Number(count), 0);
    const shown = [...card.matchAll(/"text":"hop-\d+"/g)].length;
    expect(hidden + shown).toBe(40);
    expect(shown).toBeGreaterThanOrEqual(8);
  });

  it('of a raw body is counted in lines', () => {
    const card = cardOf(check.rawReply({ hops: Array.from({ length: 5000 }, (_, index) => `hop ${index}`) }, input));
    const [, hidden, total] = /(\d+) lines of (\d+) not shown/.exec(card.replaceAll(',', '')) ?? [];
    const lines = [...card.matchAll(/"fontType":"Monospace"/g)].length;
    expect(lines + Number(hidden)).toBe(Number(total));
  });

  it('of a list of machines is counted', () => {
    const machines = Array.from({ length: 2000 }, (_, index) => machine(`vm-${index}`, '10.0.0.4'));
    const known = { sources: [], destinations: [], ports: [80] };
    const needs = { source: true, destination: false, port: false };
    const card = cardOf(check.sourceFormReply({ ...input, known, machines, needs }));
    const choices = [...card.matchAll(/"value":"\/subscriptions/g)].length;
    expect(card.replaceAll(',', '')).toContain(`${choices} of 2000 VMs`);
  });
});
