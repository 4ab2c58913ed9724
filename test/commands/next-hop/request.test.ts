import { describe, expect, it } from 'vitest';
import { type NextHopRequest, readNextHop } from '../../../src/commands/next-hop/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('next-hop');
  return readNextHop(found.value.rest);
}

const vm = (name: string, group?: string) => ({ kind: 'vm' as const, name, ...(group === undefined ? {} : { group }) });
const address = (text: string) => ({ kind: 'address' as const, address: text });

const sentences: readonly (readonly [typed: string, request: NextHopRequest])[] = [
  ['next hop', {}],
  ['next hop from app0 to 13.107.21.200', { source: vm('app0'), destination: address('13.107.21.200') }],
  ['nexthop app0 -> db0', { source: vm('app0'), destination: vm('db0') }],
  ['next-hop to 10.1.4.4 from app0', { source: vm('app0'), destination: address('10.1.4.4') }],
  ['next hop 10.1.4.4', { destination: address('10.1.4.4') }],
  ['next hop from app0 to fd00::1', { source: vm('app0'), destination: address('fd00::1') }],
  ['下一跳 从 app0 到 13.107.21.200', { source: vm('app0'), destination: address('13.107.21.200') }],
  ['下一跳从app0到13.107.21.200', { source: vm('app0'), destination: address('13.107.21.200') }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['next hop from app0 to 13.107.21.200:80', { text: '13.107.21.200:80', why: 'ROUTE_PORT' }],
  ['next hop from app0 to 13.107.21.200 port 80', { text: 'port 80' }],
  ['next hop from app0 to 13.107.21.200 tcp', { text: 'tcp' }],
  ['next hop from app0 to bing.com', { text: 'bing.com', why: 'NO_ADDRESS' }],
  ['next hop from 10.1.1.1 to 10.1.4.4', { text: '10.1.1.1', why: 'SOURCE_NOT_VM' }],
  ['next hop from app0 to 10.1.4.4,10.1.4.5', { text: '10.1.4.4, 10.1.4.5', why: 'ONE_ONLY' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});
