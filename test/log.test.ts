import { NoopSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { expect, onTestFinished, test } from 'vitest';
import { z } from 'zod';
import { tracedTurn, traceIdsOf } from '../src/core/telemetry.ts';
import { apart, follow, noteArmRequest, trail } from '../src/core/trail.ts';
import { createLog, type Log } from '../src/log.ts';
import { startTelemetry } from '../src/telemetry.ts';

const Line = z.record(z.string(), z.json());

function listen(): { readonly log: Log; readonly lines: () => readonly z.infer<typeof Line>[] } {
  const written: string[] = [];
  const log = createLog({ level: 'debug', human: false, to: { write: (line) => void written.push(line) } });
  return { log, lines: () => written.map((line) => Line.parse(JSON.parse(line))) };
}

const job = { jobId: 'VbGm1yTtG6Fh0Pzq3v1c2A', conversation: '19:a@thread' };

test('each line of a job says which, wherever it is written, and no other line does', async () => {
  const { log, lines } = listen();
  log.info({ machines: 3 }, 'before');
  await follow(job, async () => {
    await new Promise((resolve) => setImmediate(resolve));
    log.debug({ method: 'GET', requestId: 'r-1' }, 'arm');
    apart(() => log.warn({}, 'telemetry'));
  });
  log.info({}, 'after');
  expect(lines().map(({ msg, jobId, conversation }) => [msg, jobId, conversation])).toEqual([
    ['before', undefined, undefined],
    ['arm', job.jobId, job.conversation],
    ['telemetry', undefined, undefined],
    ['after', undefined, undefined],
  ]);
  expect(lines()[1]).toMatchObject({ level: 20, method: 'GET', requestId: 'r-1' });
});

test('Azure’s request ids are gathered on the way, the last fifty', () => {
  noteArmRequest('of nobody');
  follow(job, () => {
    noteArmRequest(undefined);
    for (let number = 1; number <= 60; number += 1) noteArmRequest(`r-${number}`);
    expect(trail()?.armRequestIds).toHaveLength(50);
    expect(trail()?.armRequestIds.at(-1)).toBe('r-60');
  });
  expect(trail()).toBeUndefined();
});

test('while traces are on, each line names its trace', async () => {
  const { log, lines } = listen();
  const telemetry = await startTelemetry({ intervalMs: 60_000 }, log, { processors: [new NoopSpanProcessor()] });
  onTestFinished(() => telemetry.stop(1000));
  await tracedTurn(job.jobId, async () => log.info({}, 'heard'));
  const { traceId, spanId } = traceIdsOf(job.jobId);
  expect(lines()).toEqual([expect.objectContaining({ msg: 'heard', trace_id: traceId, span_id: spanId })]);
});

test('secrets are not written, and of an error what tells where it came from', () => {
  const { log, lines } = listen();
  const error = Object.assign(new Error('broke'), { request: { headers: { authorization: 'Bearer of-somebody' } } });
  log.error({ error, token: 'of-somebody', call: { authorization: 'Bearer of-somebody' } }, 'failed');
  expect(JSON.stringify(lines())).not.toContain('of-somebody');
  expect(lines()[0]).toMatchObject({
    error: { name: 'Error', message: 'broke', stack: expect.stringMatching('log.test') },
  });
});
