import { describe, expect, it } from 'vitest';
import { printWatch, readWatch, type WatchRequest } from '../../../src/commands/watch/request.ts';
import { readCommand } from '../../../src/language/commands.ts';
import { words } from '../../../src/language/words.ts';
import { table } from '../../language/table.ts';

function read(typed: string) {
  const found = readCommand(words(typed), table);
  if (!found.ok) return found;
  expect(found.value.command).toBe('watch');
  return readWatch(found.value.rest);
}

const minuteMs = 60_000;
const nothing = { sources: [], destinations: [], ports: [] };
const path = {
  sources: [{ kind: 'vm' as const, name: 'app0' }],
  destinations: [{ kind: 'vm' as const, name: 'db0' }],
  ports: [1433],
};

const sentences: readonly (readonly [typed: string, request: WatchRequest])[] = [
  ['watch', { path: nothing }],
  ['watch app0 to db0 port 1433', { path }],
  ['watch app0 to db0 port 1433 every 5m', { path, everyMs: 5 * minuteMs }],
  ['watch every 5m app0 to db0 port 1433', { path, everyMs: 5 * minuteMs }],
  ['watch app0 -> db0:1433 every 5 minutes', { path, everyMs: 5 * minuteMs }],
  ['watch app0 to db0 on mssql every hour', { path, everyMs: 60 * minuteMs }],
  ['watch app0 to db0 port 1433 every 90s', { path, everyMs: 1.5 * minuteMs }],
  ['watch app0 to db0 port 1433 every 1h30m for 2 days', { path, everyMs: 90 * minuteMs, forMs: 2880 * minuteMs }],
  ['watch app0 to db0 port 1433 every 5m for 2h', { path, everyMs: 5 * minuteMs, forMs: 120 * minuteMs }],
  ['watch app0 to db0 port 1433 every 5m until reachable', { path, everyMs: 5 * minuteMs, until: 'reachable' }],
  ['watch app0 to db0 port 1433 until it is unreachable', { path, until: 'unreachable' }],
  ['monitor from app0 to db0 port 1433', { path }],
  ['监视 app0 到 db0 端口 1433 每5分钟', { path, everyMs: 5 * minuteMs }],
  ['监视从app0到db0端口1433每5分钟持续2小时', { path, everyMs: 5 * minuteMs, forMs: 120 * minuteMs }],
  ['监视从app0到db0端口1433每小时直到可达', { path, everyMs: 60 * minuteMs, until: 'reachable' }],
  ['监视从app0到db0端口1433直到不可达', { path, until: 'unreachable' }],
  ['每5分钟检查从app0到db0端口1433', { path, everyMs: 5 * minuteMs }],
  ['每隔30秒监视app0到db0端口1433', { path, everyMs: minuteMs / 2 }],
];

describe('a request', () => {
  it.each(sentences)('%s', (typed, request) => {
    expect(read(typed)).toEqual({ ok: true, value: request });
  });
});

const refusals: readonly (readonly [typed: string, facts: Readonly<Record<string, string>>])[] = [
  ['watch app0 to db0 port 1433 every', { text: 'every' }],
  ['watch app0 to db0 port 1433 every 5', { text: 'every 5' }],
  ['watch app0 to db0 port 1433 every 0m', { text: 'every 0m' }],
  ['watch app0 to db0 port 1433 every now', { text: 'every now' }],
  ['watch app0 to db0 port 1433 every 5m every 6m', { text: 'every 6m' }],
  ['watch app0 to db0 port 1433 for ever', { text: 'for ever' }],
  ['watch app0 to db0 port 1433 until', { text: 'until' }],
  ['watch app0 to db0 port 1433 until tomorrow', { text: 'until tomorrow' }],
  ['watch app0 to db0 port 80 port 443 every 5m', { text: 'port 443', why: 'SECOND_PORT' }],
  ['watch app0 db0 port 80 every 5m', { text: 'app0 db0' }],
];

describe('a refusal', () => {
  it.each(refusals)('%s', (typed, facts) => {
    const reading = read(typed);
    expect(reading.ok ? reading.value : reading.problem).toMatchObject({ code: 'NOT_UNDERSTOOD', facts });
    expect(reading.ok ? '' : reading.problem.example).toBeTruthy();
  });
});

describe('a printed watch', () => {
  it('is the sentence to type', () => {
    const request = { path, everyMs: 90 * minuteMs, forMs: 2880 * minuteMs, until: 'reachable' } as const;
    expect(printWatch(request)).toBe('watch from app0 to db0 port 1433 every 1h30m for 2d until reachable');
    expect(printWatch(request, 'zh')).toBe('监视 从 app0 到 db0 端口 1433 每 1h30m 持续 2d 直到 连通');
  });
});
