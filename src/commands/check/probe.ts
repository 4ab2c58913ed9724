import type { Answer } from '../../azure/failure.ts';
import { type Started, start, type WatcherAnswer } from '../../azure/operations.ts';
import { readProbe } from '../../diagnosis/read-probe.ts';
import type { ProbeAnswer } from '../../diagnosis/witness.ts';
import type { Services } from '../command.ts';
import { connectivityCheck, silenceOf } from './azure.ts';
import type { Heard } from './board.ts';
import type { Investigation, Probed } from './investigation.ts';

/**
 * POSTs the probe, unless that was done before, and has its operation kept. An operation that only Azure knows may hold the machine:
 * its signed URL is unknown, so it is waited for as told, and the probe POSTed once more.
 */
export async function sendProbe(
  { arm, clock }: Services,
  check: Investigation,
  watcherId: string,
): Promise<Answer<Started>> {
  if (check.operation) return { ok: true, value: { operation: check.operation } };
  const body = connectivityCheck(check.question);
  for (let patience = check.patience ?? 1; ; patience -= 1) {
    const started = await start(arm, watcherId, body, clock, check.signal);
    if (started.ok && 'operation' in started.value) await check.keep(started.value.operation);
    if (started.ok || started.failure.code !== 'AZURE_BUSY' || patience === 0) return started;
    const waitMs = started.failure.retryAfterMs ?? 10_000;
    if (clock.now() + waitMs > check.deadlineMs) return started;
    await clock.sleep(waitMs, check.signal);
  }
}

/** What the probe says, as far as it may be shown. */
export function hearProbe(
  answer: Answer<WatcherAnswer>,
  { admit }: Pick<Investigation, 'admit'>,
  probed: Probed,
): Heard<ProbeAnswer> {
  const requestId = answer.ok ? answer.value.requestId : answer.failure.requestId;
  if (requestId) probed.requestId = requestId;
  if (!answer.ok) {
    probed.failure = answer.failure;
    return { ok: false, why: silenceOf(answer.failure) };
  }
  const reading = readProbe(answer.value.body);
  if (!reading.ok) {
    probed.raw = answer.value.body;
    probed.failure = { code: 'AZURE_MALFORMED', message: reading.why };
    return { ok: false, why: silenceOf(probed.failure) };
  }
  const refused = admit?.(reading.answer);
  if (refused) {
    probed.refused = refused;
    return { ok: false, why: { code: refused.code } };
  }
  probed.raw = answer.value.body;
  return reading;
}
