import { describe, expect, it } from 'vitest';
import { clientTime, clip, durationText, portalLinks, resourceOf } from '../../src/commands/card-parts.ts';
import { questionText, rawReply, resultReply, runningReply } from '../../src/commands/check/card.ts';
import { matrixReply } from '../../src/commands/check/matrix-card.ts';
import { rawLines } from '../../src/commands/check/raw-lines.ts';
import { formReply } from '../../src/commands/form-card.ts';
import { problemReply } from '../../src/commands/replies.ts';
import { walkText } from '../../src/commands/rules/card.ts';
import type { Reply } from '../../src/core/chat.ts';
import type { Question } from '../../src/core/check.ts';
import type { JsonObject } from '../../src/core/json.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { hop, machine, nsg } from './parts.ts';
import { answer, answers, rawBody } from './samples.ts';

const renderer = createRenderer(new URL('../../cards', import.meta.url));
const input = { locale: 'en' as const, jobId: 'job', nonce: 'nonce', askedBy: { id: '1', name: 'On-call' } };
const app0 = machine('app0', '10.1.1.4');
const vm = { kind: 'vm' as const, machine: machine('db0', '10.1.4.4') };
const question = (more: Partial<Question>): Question => ({
  source: app0,
  destination: vm,
  port: 80,
  protocol: 'Tcp',
  protocolAsked: false,
  ...more,
});

/** All that a card says, without its frame. */
const words = (reply: Reply) =>
  [...JSON.stringify(renderer.render(reply)).matchAll(/"text":"((?:\\.|[^"\\])*)"/g)].map(([, text]) => text);
const actions = (reply: Reply) => renderer.render(reply).actions as readonly JsonObject[];

describe('what was understood', () => {
  it.each<[Question, string]>([
    [question({}), 'app0 (ContosoRG, westcentralus) → db0 10.1.4.4 TCP 80'],
    [
      question({ destination: { kind: 'address', address: 'fd00::4' }, ipVersion: 'IPv6' }),
      'app0 (ContosoRG, westcentralus) → fd00::4 TCP 80 IPv6',
    ],
    [
      { source: app0, destination: { kind: 'host', host: 'bing.com' }, protocol: 'Icmp', protocolAsked: true },
      'app0 (ContosoRG, westcentralus) → bing.com ICMP',
    ],
  ])('is one line: %#', (asked, line) => {
    expect(questionText(asked, 'en')).toBe(line);
  });
});

describe('the line of the notification', () => {
  it.each<[string, string]>([
    ['blocked-at-appliance', 'Unreachable: MultiTierApp0 → Database0:80, denied by auNsg/Port80'],
    ['reachable', 'Reachable: MultiTierApp0 → https://bing.com'],
    ['route-to-none', 'Unreachable: MultiTierApp0 → 13.107.21.200:80, stopped by app-routes/to-nowhere'],
  ])('of %s says the verdict, the ends and what blocks', (name, line) => {
    expect(resultReply(answers[name] ?? answer({} as never), input).summary).toBe(line);
  });

  it('does not blame a rule when no probe ran', () => {
    expect(resultReply(answers.undetermined ?? answer({} as never), input).summary).not.toContain('denied by');
  });
});

describe('the result', () => {
  const reachable = answers.reachable?.diagnosis;
  if (!reachable) throw new Error('there is no reachable sample');

  it('shows zero as a value and a missing number as a dash', () => {
    const shown = words(resultReply(answer({ ...reachable, latency: { minMs: 0, maxMs: 7 } }), input));
    expect(shown).toContain('0\u00a0ms');
    expect(shown).toContain('–');
  });

  it('says so where nothing was measured or sent', () => {
    const shown = words(resultReply(answer({ ...reachable, latency: null, probes: null }), input));
    expect(shown).toContain('none measured');
    expect(shown).toContain('No probe was sent');
  });

  it('marks what comes after the break as not reached, and the break in words', () => {
    const path = [hop('Source', 'a'), hop('X', 'b', '10.0.0.2', { brokenAfter: true }), hop('Y', 'c', '10.0.0.3')];
    const shown = words(resultReply(answer({ ...reachable, path }), input));
    expect(shown).toContain('Broken here: b → c');
    expect(shown).toContain('X · 10.0.0.2');
    expect(shown).toContain('Y · 10.0.0.3 · not reached');
  });

  it('offers raw JSON only where there is some, and never more than six actions', () => {
    const { raw: _, ...mute } = answer(reachable);
    const verbs = (shown: typeof mute) =>
      actions(resultReply(shown, input)).map((action) => action.verb ?? action.type);
    const db0 = { kind: 'vm', name: 'db0' } as const;
    const blockedAt = { machine: db0, direction: 'Inbound', other: { kind: 'address', address: '10.1.1.4' } } as const;
    expect(verbs(mute)).not.toContain('raw');
    expect(verbs({ ...answer(reachable), blockedAt })).toEqual([
      'run-again',
      'watch',
      'other-port',
      'flow',
      'raw',
      'Action.ToggleVisibility',
    ]);
  });

  it('offers another port only where one was asked, and the other direction only between machines', () => {
    const toSite = question({ destination: { kind: 'url', url: 'https://bing.com', host: 'bing.com' }, port: 443 });
    const verbs = actions(resultReply(answer(reachable, { question: toSite }), input)).map((action) => action.verb);
    expect(verbs).toEqual(['run-again', 'watch', 'raw', undefined]);
  });

  it('has no links where the resources are in no portal', () => {
    const azure = { subscriptionId: 's', simulated: true, portal: '', armCalls: 1 };
    expect(JSON.stringify(actions(resultReply(answer(reachable, { azure }), input)))).not.toContain('OpenUrl');
  });

  it('wears the mark of the simulator only when simulated', () => {
    const azure = { subscriptionId: 's', simulated: false, portal: 'https://portal.azure.com', armCalls: 1 };
    expect(words(resultReply(answer(reachable), input))).toContain('SIMULATED');
    expect(words(resultReply(answer(reachable, { azure }), input)).join()).not.toMatch(/simulated/i);
  });
});

describe('the running card', () => {
  const diagnosis = answers['blocked-at-appliance']?.diagnosis;

  it('shows what is already known beside the probe that is still out', () => {
    const reply = runningReply({
      ...input,
      question: question({}),
      startedAt: '2026-11-20T14:02:11.480Z',
      simulated: true,
      ...(diagnosis && { diagnosis: { ...diagnosis, final: false } }),
    });
    expect(words(reply)).toContain('The probe is still running; its answer is added here.');
    expect(reply.summary).toMatch(/^Checking app0 .* So far: .*Port80/);
  });
});

describe('the form', () => {
  const known = { sources: [], destinations: [], ports: [] };
  const fields = (needs: { source: boolean; destination: boolean; port: boolean }) => {
    const card = renderer.render(formReply({ ...input, known, needs, machines: [app0] }));
    return (card.body as readonly JsonObject[]).flatMap((part) =>
      String(part.type).startsWith('Input.') ? [`${part.type} ${part.id}`] : [],
    );
  };

  it('asks only for what is missing', () => {
    expect(fields({ source: true, destination: false, port: false })).toEqual(['Input.ChoiceSet source']);
    expect(fields({ source: false, destination: true, port: true })).toEqual([
      'Input.ChoiceSet destination',
      'Input.Number port',
    ]);
    expect(fields({ source: true, destination: true, port: true })).toEqual([
      'Input.ChoiceSet source',
      'Input.Text destination',
      'Input.Number port',
    ]);
  });
});

describe('a problem', () => {
  const problem = { code: 'UNKNOWN_COMMAND' as const, facts: { word: 'chek' }, suggestions: ['check', 'help'] };

  it('offers what was meant as buttons when there is a job to press them for, else as text', () => {
    expect(actions(problemReply(problem, input)).map((action) => action.verb)).toEqual(['suggest-0', 'suggest-1']);
    const bare = problemReply(problem, { locale: 'en' });
    expect(actions(bare)).toEqual([]);
    expect(words(bare)).toEqual(expect.arrayContaining(['check', 'help']));
  });
});

describe('the raw body', () => {
  it('reads back as it was received', () => {
    const { lines, hidden } = rawLines(rawBody);
    expect(hidden).toBe(0);
    expect(JSON.parse(lines.join('\n').replaceAll('\u00a0', ' '))).toEqual(rawBody);
  });

  it('has a way back', () => {
    expect(actions(rawReply(rawBody, input)).map((action) => action.verb)).toEqual(['back']);
  });
});

describe('a matrix', () => {
  const ok = { port: 80, state: 'Reachable' as const };
  const no = { port: 80, state: 'Unreachable' as const };
  const frame = {
    ...input,
    at: '2026-11-20T14:02:11Z',
    azure: { subscriptionId: 's', simulated: true, portal: '' },
  };
  const oddOf = (...states: (typeof ok | typeof no)[]) =>
    words(
      matrixReply(
        states.map((cell, index) => ({ from: `app${index}`, to: 'db0', cells: [cell] })),
        frame,
      ),
    ).find((text) => text?.startsWith('only '));

  it.each([
    [[ok, ok, no], 'only app2 → db0 fails.'],
    [[no, ok, no], 'only app1 → db0 gets through.'],
    [[ok, no], undefined],
    [[ok, ok, ok], undefined],
    [[no, no, no], undefined],
    [[ok, no, ok, no], undefined],
  ])('calls out the odd one: %#', (cells, odd) => {
    expect(oddOf(...cells)).toBe(odd);
  });
});

describe('parts', () => {
  it('links only ids of ARM, once each, at the portal of the cloud', () => {
    const id = '/subscriptions/s-1/resourceGroups/rg(1)/providers/Microsoft.Network/networkInterfaces/nic';
    const links = portalLinks(
      'https://portal.azure.us',
      [
        id,
        `${id}/ipConfigurations/x`,
        id.toUpperCase(),
        undefined,
        '',
        'Internet',
        'https://evil.example',
        `${id}/../x`,
      ],
      'en',
    );
    expect(links).toEqual([{ title: 'nic in portal', url: `https://portal.azure.us/#@/resource${id}` }]);
    expect(portalLinks('https://portal.azure.us/?x=', [id], 'en')).toEqual([]);
    expect(
      resourceOf('/subscriptions/s/resourceGroups/r/providers/Microsoft.Compute/virtualMachines/..'),
    ).toBeUndefined();
  });

  it('write the walk through the rules in one line', () => {
    const step = { securityGroupId: nsg('nic-nsg'), access: 'Allow' as const, priority: 200, rule: 'allow-web' };
    const last = { securityGroupId: nsg('subnet-nsg'), access: 'Deny' as const, priority: 310, rule: 'deny-80' };
    expect(walkText({ direction: 'Outbound', flow: '', access: 'Deny', steps: [step, last] })).toBe(
      'nic-nsg Allow(200 allow-web) → subnet-nsg Deny(310 deny-80)',
    );
  });

  it('cut between characters, not inside one', () => {
    expect(clip('👍👍👍', 2)).toBe('👍…');
    expect(clip('abc', 3)).toBe('abc');
  });

  it('write times in whole seconds and refuse what is none', () => {
    expect(clientTime('2026-11-20T14:02:11.480Z')).toBe('2026-11-20T14:02:11Z');
    expect(() => clientTime('yesterday')).toThrow('not a time');
  });

  it.each([
    [0, '0 ms'],
    [999, '999 ms'],
    [1000, '1 s'],
    [59_600, '1 min 0 s'],
    [95_400, '1 min 35 s'],
  ])('write %i ms as %s', (ms, text) => {
    expect(durationText(ms, 'en').replaceAll('\u00a0', ' ')).toBe(text);
  });
});
