import { type Reading, read, refuse } from '../../core/errors.ts';
import { printDuration } from '../../language/durations.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { notUnderstood } from '../../language/reasons.ts';
import { printWatch, type WatchRequest } from './request.ts';

const minuteMs = 60_000;
const dayMs = 24 * 3_600_000;

/** Teams is no monitoring system, and a check takes Azure up to two minutes. */
const leastEveryMs = minuteMs;
const mostEveryMs = dayMs;
export const usualEveryMs = 5 * minuteMs;
/** A watch that nobody thinks of any more ends by itself. */
export const usualForMs = 7 * dayMs;
const mostForMs = 30 * dayMs;
/** Of one conversation, those that are not over. */
export const mostWatches = 20;

/** What was said if it can be watched: one question, at times that are possible. */
export function readTimes(request: WatchRequest): Reading<WatchRequest> {
  const { path, everyMs = usualEveryMs, forMs } = request;
  const { sources, sourceTags = [], destinations, destinationTags = [], ports } = path;
  const lists = [
    [...sources, ...sourceTags].map(printEndpoint),
    [...destinations, ...destinationTags].map(printEndpoint),
    ports.map(String),
  ];
  const several = lists.find((list) => list.length > 1) ?? [...sourceTags, ...destinationTags].map(printEndpoint);
  if (several.length > 0) {
    const reading = notUnderstood(several.join(', '), 'ONE_ONLY');
    const one = { sources: sources.slice(0, 1), destinations: destinations.slice(0, 1), ports: ports.slice(0, 1) };
    const hasEnds = one.sources.length > 0 && one.destinations.length > 0;
    if (reading.ok || !hasEnds) return reading.ok ? read(request) : reading;
    return { ok: false, problem: { ...reading.problem, example: printWatch({ ...request, path: one }) } };
  }
  if (everyMs < leastEveryMs || everyMs > mostEveryMs) {
    return refuseTime('every', everyMs, leastEveryMs, mostEveryMs, {
      ...request,
      everyMs: everyMs < leastEveryMs ? leastEveryMs : mostEveryMs,
    });
  }
  if (forMs !== undefined && (forMs < everyMs || forMs > mostForMs)) {
    return refuseTime('for', forMs, everyMs, mostForMs, { ...request, forMs: forMs < everyMs ? everyMs : mostForMs });
  }
  return read(request);
}

function refuseTime(
  part: 'every' | 'for',
  askedMs: number,
  leastMs: number,
  mostMs: number,
  instead: WatchRequest,
): Reading<never> {
  const facts = { part, asked: printDuration(askedMs), least: printDuration(leastMs), most: printDuration(mostMs) };
  return refuse('WATCH_TIME', facts, { example: printWatch(instead) });
}
