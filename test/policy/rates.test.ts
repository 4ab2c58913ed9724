import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Decision } from '../../src/policy/decide.ts';
import {
  admit,
  createRates,
  finish,
  giveBack,
  isRunning,
  resume,
  running,
  type Start,
  take,
  tightest,
  usage,
} from '../../src/policy/rates.ts';
import type { Limits } from '../../src/policy/rule.ts';
import { channel, networkTeam, onCall, personal } from './people.ts';

const runs = process.env.SOAK ? 100_000 : 10_000;

describe('take', () => {
  test('lets a minute through and says when the next is free', () => {
    const rates = createRates();
    const limit = { perMinute: 2 };
    expect(take(rates, 'a', limit, 1_000)).toEqual({ ok: true });
    expect(take(rates, 'a', limit, 11_000)).toEqual({ ok: true });
    expect(take(rates, 'a', limit, 21_000)).toEqual({ ok: false, most: 2, retryAfterMs: 40_000 });
    expect(take(rates, 'b', limit, 21_000)).toEqual({ ok: true });
    expect(take(rates, 'a', limit, 60_999)).toEqual({ ok: false, most: 2, retryAfterMs: 1 });
    expect(take(rates, 'a', limit, 61_000)).toEqual({ ok: true });
    expect(take(rates, 'a', limit, 61_000)).toEqual({ ok: false, most: 2, retryAfterMs: 10_000 });
  });
  test('several at once wait until all of them fit, and too many never do', () => {
    const rates = createRates();
    const limit = { perMinute: 4 };
    expect(take(rates, 'a', limit, 0, 2)).toEqual({ ok: true });
    expect(take(rates, 'a', limit, 5_000, 2)).toEqual({ ok: true });
    expect(take(rates, 'a', limit, 6_000, 2)).toEqual({ ok: false, most: 4, retryAfterMs: 54_000 });
    expect(take(rates, 'a', limit, 6_000, 3)).toEqual({ ok: false, most: 4, retryAfterMs: 59_000 });
    expect(take(rates, 'a', limit, 6_000, 5)).toEqual({ ok: false, most: 4 });
  });
  test('a clock set back locks nobody out for more than a minute', () => {
    const rates = createRates();
    expect(take(rates, 'a', { perMinute: 1 }, 10_000_000)).toEqual({ ok: true });
    expect(take(rates, 'a', { perMinute: 1 }, 1_000)).toEqual({ ok: false, most: 1, retryAfterMs: 60_000 });
  });
  test('no limit, no memory; and the silent are forgotten', () => {
    const rates = createRates();
    for (let at = 0; at < 1_000; at++) expect(take(rates, 'a', {}, at)).toEqual({ ok: true });
    expect(rates.taken.size).toBe(0);
    for (let at = 0; at < 1_000; at++) take(rates, `key ${at}`, { perMinute: 1 }, at);
    take(rates, 'late', { perMinute: 1 }, 200_000);
    expect([...rates.taken.keys()]).toEqual(['late']);
  });
  test('never more than the limit in any minute, and the time told is the first that works', () => {
    const steps = fc.array(fc.tuple(fc.nat(30_000), fc.integer({ min: 1, max: 4 })), { maxLength: 40 });
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 6 }), steps, (perMinute, moves) => {
        const rates = createRates();
        const taken: number[] = [];
        let nowMs = 0;
        for (const [waitMs, count] of moves) {
          nowMs += waitMs;
          const fits = (atMs: number) => taken.filter((each) => each > atMs - 60_000).length + count <= perMinute;
          const answer = take(rates, 'a', { perMinute }, nowMs, count);
          expect(answer.ok).toBe(fits(nowMs));
          if (answer.ok) taken.push(...Array.from({ length: count }, () => nowMs));
          else if (answer.retryAfterMs === undefined) expect(count).toBeGreaterThan(perMinute);
          else {
            expect(fits(nowMs + answer.retryAfterMs)).toBe(true);
            expect(fits(nowMs + answer.retryAfterMs - 1)).toBe(false);
          }
        }
      }),
      { numRuns: runs / 10 },
    );
  });
});

describe('admit', () => {
  const limits: Limits = {
    person: { perMinute: 3, inFlight: 2 },
    channel: { perMinute: 4 },
    subscription: { inFlight: 3 },
  };
  const allowed: Decision = { allowed: true, rule: 'shop', limits };
  const start = (jobId: string, more: Partial<Start> = {}): Start => ({
    jobId,
    who: onCall,
    where: channel,
    subscriptionIds: ['sub-1'],
    checks: 1,
    ...more,
  });

  test('a denial stays what it is and counts nothing', () => {
    const rates = createRates();
    const denial: Decision = { allowed: false, rule: 'x', reason: 'port', toGrant: { ports: '1' } };
    expect(admit(rates, denial, start('1'), 0)).toBe(denial);
    expect(rates.taken.size + rates.running.size).toBe(0);
  });
  test('running jobs count until they are finished', () => {
    const rates = createRates();
    expect(admit(rates, allowed, start('1'), 0)).toBe(allowed);
    expect(admit(rates, allowed, start('2'), 0)).toBe(allowed);
    expect(admit(rates, allowed, start('3'), 0)).toEqual({
      allowed: false,
      rule: 'shop',
      reason: 'rate',
      toGrant: { rates: 'person.inFlight over 2' },
      limit: { of: 'person', what: 'inFlight', most: 2 },
    });
    finish(rates, '1');
    expect(admit(rates, allowed, start('3'), 0)).toBe(allowed);
  });
  test('the same person is one in any case, and a job taken up again is not counted twice', () => {
    const rates = createRates();
    resume(rates, start('1'));
    resume(rates, start('2'));
    expect(admit(rates, allowed, start('2'), 0)).toBe(allowed);
    const shouted = { ...onCall, objectId: 'ON-CALL', id: 'other' };
    expect(admit(rates, allowed, start('3', { who: shouted, where: personal }), 0)).toMatchObject({
      limit: { of: 'person' },
    });
  });
  test('a channel is one over its threads and people, and the longest wait is told', () => {
    const rates = createRates();
    expect(admit(rates, allowed, start('1', { checks: 3 }), 0)).toBe(allowed);
    finish(rates, '1');
    const { channelId: _, ...thread } = { ...channel, id: '19:OPS@thread.tacv2;messageid=2' };
    const colleague = { who: networkTeam, where: thread, subscriptionIds: [] };
    expect(admit(rates, allowed, start('2', { ...colleague }), 10_000)).toBe(allowed);
    finish(rates, '2');
    expect(admit(rates, allowed, start('3', colleague), 20_000)).toMatchObject({
      reason: 'rate',
      retryAfterMs: 40_000,
      limit: { of: 'channel', what: 'perMinute', most: 4 },
    });
    expect(admit(rates, allowed, start('4', { ...colleague, checks: 2, who: onCall }), 20_000)).toMatchObject({
      retryAfterMs: 40_000,
    });
    expect(admit(rates, allowed, start('5', { checks: 4 }), 20_000)).not.toHaveProperty('retryAfterMs');
  });
  test('a refusal takes nothing from anybody', () => {
    const rates = createRates();
    for (const id of ['1', '2', '3']) admit(rates, allowed, start(id, { who: { id }, where: { ...personal, id } }), 0);
    const before = structuredClone(rates);
    expect(admit(rates, allowed, start('4'), 0)).toMatchObject({ limit: { of: 'subscription', what: 'inFlight' } });
    expect(rates).toEqual(before);
    for (const id of ['1', '2', '3', 'unknown']) finish(rates, id);
    expect(rates.running.size).toBe(0);
  });
});

describe('a job that is not begun, and what is used', () => {
  const limits: Limits = { person: { perMinute: 4, inFlight: 2 }, channel: { perMinute: 9 }, subscription: {} };
  const allowed: Decision = { allowed: true, rule: 'r', limits };
  const start = (jobId: string, checks = 1): Start => ({
    jobId,
    who: onCall,
    where: channel,
    subscriptionIds: ['sub-1'],
    checks,
  });

  test('given back, it was never counted', () => {
    const rates = createRates();
    expect(admit(rates, allowed, start('a', 2), 0).allowed).toBe(true);
    expect(admit(rates, allowed, start('b', 2), 1).allowed).toBe(true);
    expect(usage(rates, onCall, channel, 2)).toEqual({
      person: { lastMinute: 4, inFlight: 2 },
      channel: { lastMinute: 4, inFlight: 2 },
    });
    giveBack(rates, start('b', 2));
    expect(isRunning(rates, 'b')).toBe(false);
    expect(usage(rates, onCall, channel, 2).person).toEqual({ lastMinute: 2, inFlight: 1 });
    expect(usage(rates, networkTeam, channel, 2)).toEqual({
      person: { lastMinute: 0, inFlight: 0 },
      channel: { lastMinute: 2, inFlight: 1 },
    });
    expect(running(rates, { ...start('c'), who: networkTeam })).toEqual(['a']);
    expect(running(rates, { ...start('c'), who: networkTeam, where: personal, subscriptionIds: [] })).toEqual([]);
  });

  test('several rules: the least of each figure', () => {
    const other: Limits = { person: { perMinute: 6 }, channel: { inFlight: 3 }, subscription: { perMinute: 1 } };
    expect(tightest([limits, other])).toEqual({
      person: { perMinute: 4, inFlight: 2 },
      channel: { perMinute: 9, inFlight: 3 },
      subscription: { perMinute: 1 },
    });
    expect(tightest([])).toEqual({ person: {}, channel: {}, subscription: {} });
  });
});
