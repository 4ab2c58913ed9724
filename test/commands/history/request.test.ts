import { describe, expect, it } from 'vitest';
import { type HistoryRequest, readHistory } from '../../../src/commands/history/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('history');
  return readHistory(found.value.rest);
}

const sentences: readonly (readonly [typed: string, request: HistoryRequest])[] = [
  ['history', {}],
  ['history db0', { about: { kind: 'vm', name: 'db0' } }],
  ['history for vm db0', { about: { kind: 'vm', name: 'db0' } }],
  ['history of db0:1433', { about: { kind: 'vm', name: 'db0' }, port: 1433 }],
  ['history db0 port 1433', { about: { kind: 'vm', name: 'db0' }, port: 1433 }],
  ['history 10.1.4.4', { about: { kind: 'address', address: '10.1.4.4' } }],
  ['history bing.com', { about: { kind: 'host', host: 'bing.com' } }],
  ['history https://bing.com', { about: { kind: 'url', url: 'https://bing.com', host: 'bing.com', port: 443 } }],
  ['历史 db0', { about: { kind: 'vm', name: 'db0' } }],
  ['history app0 to db0', { from: { kind: 'vm', name: 'app0' }, about: { kind: 'vm', name: 'db0' } }],
  ['history from app0 to db0:80', { from: { kind: 'vm', name: 'app0' }, about: { kind: 'vm', name: 'db0' }, port: 80 }],
  ['history from app0', { about: { kind: 'vm', name: 'app0' } }],
  ['历史记录db0端口1433', { about: { kind: 'vm', name: 'db0' }, port: 1433 }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['history db0,db1', { text: 'db0, db1', why: 'ONE_ONLY' }],
  ['history app0,app1 to db0', { text: 'app0, app1', why: 'ONE_ONLY' }],
  ['history shop.example to db0', { text: 'shop.example', why: 'SOURCE_NOT_VM' }],
  ['history tier=web', { text: 'tier=web', why: 'ONE_ONLY' }],
  ['history db0:80 port 443', { text: 'port 443', why: 'SECOND_PORT' }],
  ['history db0 ports 80,443', { text: 'port 80,443', why: 'SECOND_PORT' }],
  ['history db0 icmp', { text: 'icmp' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});
