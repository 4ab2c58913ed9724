import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { printAgain, readAgain } from '../../src/commands/again/request.ts';
import { printCancel, readCancel } from '../../src/commands/cancel/request.ts';
import { printCheck, readCheck } from '../../src/commands/check/request.ts';
import { type FlowRequest, printFlow, readFlow } from '../../src/commands/flow/request.ts';
import { printHelp, readHelp } from '../../src/commands/help/request.ts';
import { type HistoryRequest, printHistory, readHistory } from '../../src/commands/history/request.ts';
import { type NextHopRequest, printNextHop, readNextHop } from '../../src/commands/next-hop/request.ts';
import { printRules, type RulesRequest, readRules } from '../../src/commands/rules/request.ts';
import { printStop, readStop, type StopRequest } from '../../src/commands/stop/request.ts';
import { printUse, readUse } from '../../src/commands/use/request.ts';
import { printVms, readVms, type VmsRequest } from '../../src/commands/vms/request.ts';
import { printWatch, readWatch, type WatchRequest } from '../../src/commands/watch/request.ts';
import { printWatches, readWatches } from '../../src/commands/watches/request.ts';
import type { Locale } from '../../src/core/chat.ts';
import type { Reading } from '../../src/core/errors.ts';
import { hasInvisible } from '../../src/language/characters.ts';
import { clean } from '../../src/language/clean.ts';
import { readCommand } from '../../src/language/commands.ts';
import { quote, unquote, words } from '../../src/language/words.ts';
import { address, anyMessage, pathRequest, port, target, vm } from './arbitraries.ts';
import { patience, runs } from './runs.ts';
import { readMessage, table } from './table.ts';

type Spoken = {
  readonly read: (words: readonly string[]) => Reading<unknown>;
  readonly print: (request: never, locale?: Locale) => string;
  readonly requests: fc.Arbitrary<unknown>;
};

const spoken = <T>(
  read: (words: readonly string[], locale?: Locale) => Reading<T>,
  print: (request: T, locale?: Locale) => string,
  requests: fc.Arbitrary<T>,
): Spoken => ({ read, print, requests });

const optional = <T extends object>(parts: { [part in keyof T]: fc.Arbitrary<T[part]> }) =>
  fc.record(parts, { requiredKeys: [] });
const machineOrAddress = fc.oneof(vm, address);
const duration = fc.integer({ min: 1, max: 30 * 86_400 }).map((seconds) => seconds * 1000);
const someText = anyMessage
  .map((text) => clean(text))
  .filter((text) => text !== '' && text.length <= 100 && /^[\p{L}\p{N}_.:@,/ -]+$/u.test(text) && !hasInvisible(text));

const commands: Readonly<Record<string, Spoken>> = {
  check: spoken(readCheck, printCheck, pathRequest),
  flow: spoken(
    readFlow,
    printFlow,
    optional<FlowRequest>({
      source: machineOrAddress,
      destination: machineOrAddress,
      port,
      protocol: fc.constantFrom('Tcp', 'Udp'),
      direction: fc.constantFrom('Inbound', 'Outbound'),
    }).filter(({ source, destination }) => source?.kind !== 'address' || destination?.kind !== 'address'),
  ),
  'next-hop': spoken(
    readNextHop,
    printNextHop,
    optional<NextHopRequest>({ source: vm, destination: machineOrAddress }),
  ),
  rules: spoken(readRules, printRules, optional<RulesRequest>({ machine: vm })),
  use: spoken(readUse, printUse, optional<RulesRequest>({ machine: vm })),
  vms: spoken(readVms, printVms, optional<VmsRequest>({ text: someText })),
  history: spoken(readHistory, printHistory, optional<HistoryRequest>({ about: target, port })),
  help: spoken(
    readHelp,
    printHelp,
    optional({ topic: fc.constantFrom('check', 'next hop', 'use', '检查', 'from', 'tcp') }),
  ),
  again: spoken(readAgain, printAgain, fc.constant({})),
  cancel: spoken(readCancel, printCancel, fc.constant({})),
  watch: spoken(
    readWatch,
    printWatch,
    fc
      .tuple(
        pathRequest,
        optional<Omit<WatchRequest, 'path'>>({
          everyMs: duration,
          forMs: duration,
          until: fc.constantFrom('reachable', 'unreachable'),
        }),
      )
      .map(([path, timing]) => ({ path, ...timing })),
  ),
  watches: spoken(readWatches, printWatches, fc.constant({})),
  stop: spoken(
    readStop,
    printStop,
    optional<StopRequest>({ watch: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 999 })) }),
  ),
};

describe('a printed request', () => {
  for (const [name, { read, print, requests }] of Object.entries(commands)) {
    it(`reads back as itself: ${name}`, { timeout: patience }, () => {
      fc.assert(
        fc.property(requests, fc.constantFrom<Locale>('en', 'zh'), (request, locale) => {
          expect(readMessage(print(request as never, locale), name, read)).toEqual(request);
        }),
        { numRuns: runs },
      );
    });
  }

  it('is known for every command', () => {
    expect(Object.keys(commands).sort()).toEqual(table.map((command) => command.name).sort());
  });
});

describe('whatever is typed', () => {
  it('is read or refused, never thrown at', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const said = words(text);
        const found = readCommand(said, table);
        for (const { read } of Object.values(commands)) read(said);
        if (found.ok) commands[found.value.command]?.read(found.value.rest);
      }),
      { numRuns: runs },
    );
  });

  it('is understood the same when it is printed', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const found = readCommand(words(text), table);
        if (!found.ok) return;
        const command = commands[found.value.command];
        const reading = command?.read(found.value.rest);
        if (!command || !reading?.ok) return;
        expect(readMessage(command.print(reading.value as never), found.value.command, command.read)).toEqual(
          reading.value,
        );
      }),
      { numRuns: runs },
    );
  });

  it('is clean after cleaning, without markup, double spaces or curly quotes', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const cleaned = clean(text);
        expect(cleaned).not.toMatch(/<\/?at>|[\u2018-\u201f\u2013\u2014\u00a0\t\n\r]| {2}|^ | $/i);
        expect(cleaned).toBe(cleaned.normalize('NFKC'));
      }),
      { numRuns: runs },
    );
  });

  it('is quoted so that it stays one word', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage.map(clean), (text) => {
        const inner = text
          .replace(/[<>[\]&\p{Cf}\p{Cc}\p{Co}\p{Cn}\p{Cs}]/gu, '')
          .replace(/\s+/g, ' ')
          .trim();
        fc.pre(inner !== '' && inner === clean(inner));
        expect(
          words(`check ${quote(inner)}`)
            .slice(1)
            .map(unquote),
        ).toEqual([inner]);
      }),
      { numRuns: runs },
    );
  });
});
