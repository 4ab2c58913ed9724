import { type Reading, refuse } from '../core/errors.ts';
import { hasInvisible, showInvisible } from './characters.ts';

/**
 * Why a part of a sentence was not taken, in one closed list: the fact `why` of NOT_UNDERSTOOD. Each has its sentence under
 * `why.<reason>` in the catalogues, which says what to do.
 */
export const reasons = [
  'INVISIBLE',
  'SECOND_SOURCE',
  'SECOND_DESTINATION',
  'SECOND_PORT',
  'PORT_FOR_ONE',
  'SECOND_PROTOCOL',
  'SOURCE_NOT_VM',
  'SOURCE_PORT',
  'ICMP_PORT',
  'URL_PORT',
  'URL_PROTOCOL',
  'URL_CREDENTIALS',
  'UDP_NOT_CHECKED',
  'STATUS_NEEDS_HTTP',
  'IP_VERSION',
  'HOST_OR_GROUP',
  'NOT_A_VM_ID',
  'NO_ADDRESS',
  'ONE_ONLY',
  'NO_VM',
  'ROUTE_PORT',
] as const;

export type Reason = (typeof reasons)[number];

/** Long enough for any name or URL a person would recognise. */
const longestQuote = 300;

export function notUnderstood(text: string, why?: Reason): Reading<never> {
  const shown = hasInvisible(text) ? showInvisible(text) : text;
  const quoted = shown.length > longestQuote ? `${shown.slice(0, longestQuote)}…` : shown;
  const reason = why ?? (hasInvisible(text) ? 'INVISIBLE' : undefined);
  return refuse('NOT_UNDERSTOOD', { text: quoted, ...(reason ? { why: reason } : {}) });
}
