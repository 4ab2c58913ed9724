import { isResourceId, rooted } from './resource-id.ts';
import { type Fields, fieldsIn, isFields, kindOf, textOf, textsIn } from './shape.ts';
import type { Hop, HopLink, Issue, ProbeAnswer } from './witness.ts';

export type Answer<T> = { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly why: string };

/** Longer than any probe waits: what is above (2147483605 was seen in 2017) is not a time. */
const longestMs = 600_000;

/**
 * connectivityCheck's body (ConnectivityInformation) of any api-version since 2017-03-01.
 * Source: recordings and documentation samples; the enums of the official specification are not what the service answers.
 */
export function readProbe(body: unknown): Answer<ProbeAnswer> {
  if (!isFields(body)) return { ok: false, why: `expected an object, got ${kindOf(body)}` };
  const status = textOf(body.connectionStatus);
  const sent = countOf(body.probesSent);
  if (status === undefined && sent === undefined) return { ok: false, why: 'neither connectionStatus nor probesSent' };
  const latency = spanOf(body.minLatencyInMs, body.avgLatencyInMs, body.maxLatencyInMs);
  return {
    ok: true,
    answer: {
      status: status ?? 'Unknown',
      hops: fieldsIn(body.hops).map(readHop),
      ...(latency ? { latency: named(latency) } : {}),
      probes: { sent: sent ?? 0, failed: Math.min(countOf(body.probesFailed) ?? 0, sent ?? 0) },
    },
  };
}

function readHop(hop: Fields, index: number): Hop {
  const address = textOf(hop.address);
  const resourceId = textOf(hop.resourceId);
  return {
    id: textOf(hop.id) ?? `hop-${index}`,
    type: textOf(hop.type) ?? 'Unknown',
    ...(address ? { address } : {}),
    ...(resourceId && isResourceId(resourceId) ? { resourceId: rooted(resourceId) } : {}),
    nextHopIds: textsIn(hop.nextHopIds),
    links: fieldsIn(hop.links).flatMap(readLink),
    issues: fieldsIn(hop.issues).flatMap(readIssue),
  };
}

function readLink(link: Fields): readonly HopLink[] {
  const nextHopId = textOf(link.nextHopId);
  if (nextHopId === undefined) return [];
  const type = textOf(link.linkType) ?? textOf(link.type);
  const times = isFields(link.properties) ? link.properties : link;
  const trip = spanOf(times.roundTripTimeMin, times.roundTripTimeAvg, times.roundTripTimeMax);
  return [
    {
      nextHopId,
      ...(type ? { type } : {}),
      ...(trip ? { roundTripMs: trip } : {}),
      issues: fieldsIn(link.issues).flatMap(readIssue),
    },
  ];
}

function readIssue(issue: Fields): readonly Issue[] {
  const type = textOf(issue.type);
  if (type === undefined) return [];
  return [
    {
      origin: textOf(issue.origin) ?? 'Local',
      severity: textOf(issue.severity) ?? 'Error',
      type,
      context: readContext(issue.context),
    },
  ];
}

/** A list of key/value pairs on issues; the specification also knows a plain object. */
function readContext(context: unknown): Issue['context'] {
  if (isFields(context)) {
    return Object.entries(context).flatMap(([key, value]) => (typeof value === 'string' ? [{ key, value }] : []));
  }
  return fieldsIn(context).flatMap((pair) => {
    const key = textOf(pair.key);
    return key === undefined || typeof pair.value !== 'string' ? [] : [{ key, value: pair.value }];
  });
}

type Span = { readonly min?: number; readonly avg?: number; readonly max?: number };

function spanOf(least: unknown, average: unknown, most: unknown): Span | undefined {
  const avg = millisecondsOf(average);
  const max = fitting(millisecondsOf(most), (value) => avg === undefined || value >= avg);
  const ceiling = avg ?? max;
  const min = fitting(millisecondsOf(least), (value) => ceiling === undefined || value <= ceiling);
  if (min === undefined && avg === undefined && max === undefined) return undefined;
  return {
    ...(min === undefined ? {} : { min }),
    ...(avg === undefined ? {} : { avg }),
    ...(max === undefined ? {} : { max }),
  };
}

function named(span: Span): NonNullable<ProbeAnswer['latency']> {
  return {
    ...(span.min === undefined ? {} : { minMs: span.min }),
    ...(span.avg === undefined ? {} : { avgMs: span.avg }),
    ...(span.max === undefined ? {} : { maxMs: span.max }),
  };
}

function fitting(value: number | undefined, fits: (value: number) => boolean): number | undefined {
  return value !== undefined && fits(value) ? value : undefined;
}

function millisecondsOf(value: unknown): number | undefined {
  return typeof value === 'number' && value >= 0 && value <= longestMs ? value : undefined;
}

function countOf(value: unknown): number | undefined {
  return typeof value === 'number' && Number.isSafeInteger(value) && value >= 0 && value <= 1_000_000
    ? value
    : undefined;
}
