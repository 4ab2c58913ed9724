import { describe, expect, test } from 'vitest';
import { readTimes } from '../../../src/commands/watch/plan.ts';
import { readWatch } from '../../../src/commands/watch/request.ts';
import { words } from '../../../src/language/words.ts';

function plan(text: string) {
  const reading = readWatch(words(text).slice(1));
  return reading.ok ? readTimes(reading.value) : reading;
}

describe('what can be watched', () => {
  test.each([
    'watch app0 to db0 port 1433',
    'watch app0 to db0 port 1433 every 1m',
    'watch app0 to db0 port 1433 every 24h',
    'watch app0 to db0 port 1433 every 5m for 5m',
    'watch app0 to db0 port 1433 every 5m for 30d until unreachable',
    'watch app0 to https://bing.com every hour',
  ])('%s', (text) => {
    expect(plan(text).ok).toBe(true);
  });

  test.each([
    ['watch app0 to db0 port 1433 every 30s', 'WATCH_TIME', 'every 1m'],
    ['watch app0 to db0 port 1433 every 2d', 'WATCH_TIME', 'every 1d'],
    ['watch app0 to db0 port 1433 every 10m for 5m', 'WATCH_TIME', 'for 10m'],
    ['watch app0 to db0 port 1433 for 31d', 'WATCH_TIME', 'for 30d'],
    ['watch app0 to db0 ports 80,443 every 5m', 'NOT_UNDERSTOOD', 'port 80 every 5m'],
    ['watch app0, app1 to db0 port 80', 'NOT_UNDERSTOOD', 'from app0 to db0 port 80'],
    ['watch tier=web to db0 port 80', 'NOT_UNDERSTOOD', undefined],
  ] as const)('%s is refused with %s and an example that works', (text, code, part) => {
    const reading = plan(text);
    expect(reading).toMatchObject({ ok: false, problem: { code } });
    const example = reading.ok ? undefined : reading.problem.example;
    if (part === undefined) return expect(example).toBeUndefined();
    expect(example).toContain(part);
    expect(plan(example ?? '').ok).toBe(true);
  });
});
