import { expect, test } from 'vitest';
import { createRefusalLog } from '../../src/teams/refusals.ts';
import { createManualClock } from '../support/clock.ts';

test('a flood leaves twenty lines in ten seconds, and the next line says how many are missing', async () => {
  const clock = createManualClock();
  const lines: object[] = [];
  const refused = createRefusalLog(clock, (facts) => lines.push(facts));
  const refusal = { status: 401, reason: 'issuer', from: '192.0.2.1' };
  for (let count = 0; count < 1000; count += 1) refused(refusal);
  expect(lines).toHaveLength(20);
  await clock.advance(10_000);
  refused(refusal);
  refused(refusal);
  expect(lines.slice(20)).toEqual([{ ...refusal, leftOut: 980 }, refusal]);
});
