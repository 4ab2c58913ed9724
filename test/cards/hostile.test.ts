import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import * as check from '../../src/commands/check/card.ts';
import { matrixReply } from '../../src/commands/check/matrix-card.ts';
import { factsReply } from '../../src/commands/facts-card.ts';
import { flowReply } from '../../src/commands/flow/card.ts';
import { formReply } from '../../src/commands/form-card.ts';
import { historyReply } from '../../src/commands/history/card.ts';
import { nextHopReply } from '../../src/commands/next-hop/card.ts';
import { helpReply, noticeReply, problemReply, welcomeReply } from '../../src/commands/replies.ts';
import { rulesReply } from '../../src/commands/rules/card.ts';
import { vmsReply } from '../../src/commands/vms/card.ts';
import type { Locale, Reply } from '../../src/core/chat.ts';
import type { Question } from '../../src/core/check.ts';
import type { Diagnosis } from '../../src/diagnosis/verdict.ts';
import { cardBudgetBytes, createRenderer } from '../../src/rendering/renderer.ts';
import { hostileWatches } from './hostile-watches.ts';
import { hop, machine } from './parts.ts';
import { answer, answers } from './samples.ts';

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
  const shared = { kind: 'joined' as const, agoMs: 20_000, here: true, by: text };
  const azure = { subscriptionId: text, simulated: true, portal: 'https://portal.azure.com', armCalls: 1 };
  const problem = { code: 'NOT_UNDERSTOOD' as const, facts: { text }, example: text, suggestions: [text, text, text] };
  const startedAt = '2026-11-20T14:02:11Z';
  const needs = { source: true, destination: true, port: true };
  const known = { sources: [], destinations: [{ kind: 'host' as const, host: text }], ports: [] };
  return [
    ...otherReplies(text, hops, locale),
    ...hostileWatches(text, hops, locale),
    ...questions.flatMap((question) => [
      check.runningReply({ ...input, question, startedAt, diagnosis, shared, simulated: true }),
      check.resultReply(answer(diagnosis, { question, azure, requestId: text, shared }), {
        ...input,
        changes: {
          since: startedAt,
          list: [
            { kind: 'gone', finding },
            { kind: 'path', from: [text, text], to: [text] },
          ],
        },
      }),
      check.rawReply({ [text]: [text, { a: text, b: Array.from({ length: hops * 20 }, () => text) }] }, input),
      check.failedReply(
        { kind: 'failed', question, problem, startedAt, durationMs: 1, requestId: text },
        { ...input, reference: text },
      ),
      formReply({ ...input, known, needs, problem, machines: Array.from({ length: 300 }, () => evil) }),
      problemReply(problem, { ...input, reference: text }),
      helpReply({
        locale,
        commands: Array.from({ length: 12 }, () => ({ name: text, summary: text, usage: text, examples: [text] })),
      }),
      welcomeReply({ examples: [text], addedBy: text, simulated: true, locale }),
      noticeReply({ text, detail: text, locale }),
    ]),
  ];
}

function otherReplies(text: string, many: number, locale: Locale): Reply[] {
  const evil = machine(text, text, { group: text, region: text, subscriptionId: text });
  const azure = { subscriptionId: text, simulated: false, portal: 'https://portal.azure.com' };
  const frame = {
    locale,
    jobId: 'job',
    nonce: 'nonce',
    askedBy: { id: '1', name: text },
    at: '2026-11-20T14:02:11Z',
    azure,
  };
  const rule = { name: text, reportedAs: `x${text}`, securityGroupId: text, routeTableId: text, priority: 1 };
  const times = <T>(count: number, make: (index: number) => T) =>
    Array.from({ length: count }, (_, index) => make(index));
  const step = { securityGroupId: text, access: 'Deny' as const, priority: 1, rule: text };
  const effective = { name: text, priority: 1, direction: 'Inbound' as const, access: 'Deny' as const };
  const match = { protocol: text, source: text, destination: text, ports: text };
  const group = {
    securityGroupId: text,
    appliedTo: 'nic' as const,
    rules: times(many * 3, () => ({ ...effective, ...match })),
  };
  return [
    flowReply(
      { machine: evil, direction: 'Inbound', protocol: 'Tcp', local: text, remote: text, access: text, rule },
      frame,
    ),
    nextHopReply(
      { machine: evil, from: text, destination: text, type: text, address: text, routeTableId: text },
      frame,
    ),
    rulesReply(
      {
        machine: evil,
        walks: times(6, () => ({ direction: 'Inbound', flow: text, access: 'Deny', steps: times(4, () => step) })),
        groups: times(8, () => group),
      },
      frame,
    ),
    vmsReply({
      ...frame,
      simulated: true,
      machines: times(many, () => evil),
      total: many,
      filter: text,
      page: 2,
      pages: 3,
    }),
    historyReply({
      ...frame,
      simulated: true,
      filter: text,
      checks: times(many, () => ({
        at: frame.at,
        verdict: 'Unreachable',
        question: text,
        cause: text,
        changes: text,
        askedBy: text,
      })),
      latency: times(many, (index) => ({ at: frame.at, avgMs: index / 3 })),
    }),
    factsReply({
      title: text,
      text,
      rows: times(many, () => ({ label: text, values: times(many, () => text) })),
      notes: times(many, () => text),
      at: frame.at,
      locale: frame.locale,
    }),
    matrixReply(
      times(many, (index) => ({
        from: text,
        to: text,
        cells: times(6, (port) => ({ port, state: 'Unreachable', cause: `${index}${port}${text}` })),
      })),
      frame,
    ),
  ];
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
  const mentions = [...json.matchAll(/"type":"mention","text":"(<at>[^<>"]+<\/at>)"/g)].map(([, text = '']) => text);
  for (const [, text = ''] of json.matchAll(/"type":"TextBlock","text":"((?:\\.|[^"\\])*)"/g)) {
    const declared = mentions.find((mention) => text.includes(mention)) ?? '\0';
    const shown = JSON.parse(`"${text.replace(declared, '')}"`).replace(/\{\{(DATE|TIME)\([^)]*\)\}\}/g, '');
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
    const card = cardOf(formReply({ ...input, known, machines, needs }));
    const choices = [...card.matchAll(/"value":"\/subscriptions/g)].length;
    expect(card.replaceAll(',', '')).toContain(`${choices} of 2000 VMs`);
  });
});
