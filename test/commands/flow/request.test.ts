import { describe, expect, it } from 'vitest';
import { type FlowRequest, readFlow } from '../../../src/commands/flow/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('flow');
  return readFlow(found.value.rest);
}

const vm = (name: string, group?: string) => ({ kind: 'vm' as const, name, ...(group === undefined ? {} : { group }) });
const address = (text: string) => ({ kind: 'address' as const, address: text });

const sentences: readonly (readonly [typed: string, request: FlowRequest])[] = [
  ['flow', {}],
  ['flow from app0 to 10.1.4.4:80', { source: vm('app0'), destination: address('10.1.4.4'), port: 80 }],
  ['flow app0 -> 10.1.4.4 port 80', { source: vm('app0'), destination: address('10.1.4.4'), port: 80 }],
  [
    'flow from app0 to 10.1.4.4:80 tcp',
    { source: vm('app0'), destination: address('10.1.4.4'), port: 80, protocol: 'Tcp' },
  ],
  [
    'flow from app0 to db0 udp 53 inbound',
    { source: vm('app0'), destination: vm('db0'), port: 53, protocol: 'Udp', direction: 'Inbound' },
  ],
  [
    'flow from app0 to db0 on udp/53 outbound',
    { source: vm('app0'), destination: vm('db0'), port: 53, protocol: 'Udp', direction: 'Outbound' },
  ],
  [
    'flow from app0 in ContosoRG to db0 port mssql',
    { source: vm('app0', 'ContosoRG'), destination: vm('db0'), port: 1433 },
  ],
  [
    'flow from 10.1.1.1 to db0 port 80 incoming',
    { source: address('10.1.1.1'), destination: vm('db0'), port: 80, direction: 'Inbound' },
  ],
  ['flow app0', { destination: vm('app0') }],
  ['flow from app0 port 80', { source: vm('app0'), port: 80 }],
  ['流量 从 app0 到 10.1.4.4:80', { source: vm('app0'), destination: address('10.1.4.4'), port: 80 }],
  [
    '流量从app0到10.1.4.4端口80 udp入站',
    { source: vm('app0'), destination: address('10.1.4.4'), port: 80, protocol: 'Udp', direction: 'Inbound' },
  ],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['flow from app0 to bing.com port 80', { text: 'bing.com', why: 'NO_ADDRESS' }],
  ['flow from app0 to https://bing.com', { text: 'https://bing.com', why: 'NO_ADDRESS' }],
  ['flow from 10.1.1.1 to 10.1.4.4 port 80', { text: '10.1.1.1, 10.1.4.4', why: 'NO_VM' }],
  ['flow from app0,app1 to 10.1.4.4 port 80', { text: 'app0, app1', why: 'ONE_ONLY' }],
  ['flow from tier=web to 10.1.4.4 port 80', { text: 'tier=web', why: 'ONE_ONLY' }],
  ['flow from app0:1024 to 10.1.4.4 port 80', { text: 'app0:1024', why: 'SOURCE_PORT' }],
  ['flow from app0 to 10.1.4.4 ports 80,443', { text: 'port 80,443', why: 'SECOND_PORT' }],
  ['flow from app0 to 10.1.4.4:80 port 443', { text: 'port 443', why: 'SECOND_PORT' }],
  ['flow from app0 to 10.1.4.4 icmp', { text: 'icmp' }],
  ['flow from app0 to 10.1.4.4:80 inbound outbound', { text: 'outbound' }],
  ['flow from app0 to 10.1.4.4:80 over ipv6', { text: 'ipv6' }],
  ['flow from app0 to 10.1.4.4:80 expecting 200', { text: '200' }],
  ['flow from app0 to 10.1.4.4:80 quickly', { text: 'quickly' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});
