import fc from 'fast-check';
import { printAgain, readAgain } from '../../src/commands/again/request.ts';
import { printCancel, readCancel } from '../../src/commands/cancel/request.ts';
import { printCheck, readCheck } from '../../src/commands/check/request.ts';
import { type FlowRequest, printFlow, readFlow } from '../../src/commands/flow/request.ts';
import { printHelp, readHelp } from '../../src/commands/help/request.ts';
import { type HistoryRequest, printHistory, readHistory } from '../../src/commands/history/request.ts';
import { type NextHopRequest, printNextHop, readNextHop } from '../../src/commands/next-hop/request.ts';
import { printRules, type RulesRequest, readRules } from '../../src/commands/rules/request.ts';
import { printSettings, readSettings, type SettingsRequest } from '../../src/commands/settings/request.ts';
import { printSignOut, readSignOut } from '../../src/commands/sign-out/request.ts';
import { printStop, readStop, type StopRequest } from '../../src/commands/stop/request.ts';
import { printUse, readUse, type UseRequest } from '../../src/commands/use/request.ts';
import { printVms, readVms, type VmsRequest } from '../../src/commands/vms/request.ts';
import { printWatch, readWatch, type WatchRequest } from '../../src/commands/watch/request.ts';
import { printWatches, readWatches } from '../../src/commands/watches/request.ts';
import { printWhoami, readWhoami } from '../../src/commands/whoami/request.ts';
import { printWhy, readWhy, type WhyRequest } from '../../src/commands/why/request.ts';
import type { Locale } from '../../src/core/chat.ts';
import type { Reading } from '../../src/core/errors.ts';
import { hasInvisible } from '../../src/language/characters.ts';
import { clean } from '../../src/language/clean.ts';
import { address, anyMessage, pathRequest, port, target, vm } from './arbitraries.ts';

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

/** Each command's reader and printer, with requests to try them on. */
export const commands: Readonly<Record<string, Spoken>> = {
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
  use: spoken(
    readUse,
    printUse,
    fc.oneof(optional<RulesRequest>({ machine: vm }), fc.constant<UseRequest>({ forget: true })),
  ),
  vms: spoken(readVms, printVms, optional<VmsRequest>({ text: someText })),
  history: spoken(
    readHistory,
    printHistory,
    optional<HistoryRequest>({ from: vm, about: target, port }).filter(
      ({ from, about }) => !from || about !== undefined,
    ),
  ),
  settings: spoken(
    readSettings,
    printSettings,
    fc.oneof(
      fc.constant<SettingsRequest>({}),
      fc.record({ answers: fc.constantFrom('thread', 'channel') }),
      fc.record({ language: fc.constantFrom('en', 'zh', 'auto') }),
    ),
  ),
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
  why: spoken(readWhy, printWhy, optional<WhyRequest>({ reference: fc.stringMatching(/^[A-Za-z0-9_]{4,64}$/) })),
  'sign-out': spoken(readSignOut, printSignOut, fc.constant({})),
  whoami: spoken(readWhoami, printWhoami, fc.constant({})),
  watches: spoken(readWatches, printWatches, fc.constant({})),
  stop: spoken(
    readStop,
    printStop,
    optional<StopRequest>({ watch: fc.oneof(fc.constant('all' as const), fc.integer({ min: 1, max: 999 })) }),
  ),
};
