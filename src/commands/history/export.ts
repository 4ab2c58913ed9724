import { destinationName } from '../../core/check.ts';
import type { Json } from '../../core/json.ts';
import type { PastEntry } from './entry.ts';

export type ExportFormat = 'json' | 'csv';

const columns = [
  'asked_at',
  'verdict',
  'source',
  'destination',
  'port',
  'protocol',
  'cause',
  'rule',
  'average_ms',
  'probes_sent',
  'probes_failed',
  'changed',
  'asked_by',
  'job',
] as const;

type Row = Readonly<Record<(typeof columns)[number], string | number | null>>;

/** Entries as lines of a file: one line each, so that a file can be cut between any two of them. */
export function exportLines(
  entries: readonly PastEntry[],
  format: ExportFormat,
): { readonly head: readonly string[]; readonly rows: readonly string[]; readonly foot: readonly string[] } {
  const rows = entries.map(rowOf);
  if (format === 'csv') {
    return {
      head: [columns.join(',')],
      rows: rows.map((row) => columns.map((name) => cell(row[name])).join(',')),
      foot: [],
    };
  }
  return { head: ['['], rows: rows.map((row) => JSON.stringify(row satisfies Json)), foot: [']'] };
}

function rowOf({ jobId, at, question, verdict, cause, avgMs, sent, failed, changes, askedBy }: PastEntry): Row {
  const { source, destination, port, protocol } = question;
  return {
    asked_at: at,
    verdict,
    source: source.resourceId,
    destination: destination.kind === 'vm' ? destination.machine.resourceId : destinationName(question),
    port: port ?? null,
    protocol: protocol.toUpperCase(),
    cause: cause?.code ?? null,
    rule: cause?.rule?.name ?? null,
    average_ms: avgMs ?? null,
    probes_sent: sent ?? null,
    probes_failed: failed ?? null,
    changed: changes === undefined ? null : changes.map(({ kind }) => kind).join(' '),
    asked_by: askedBy ?? null,
    job: jobId,
  };
}

/**
 * A cell as RFC 4180 quotes it. A spreadsheet takes a text that begins like a formula for one and runs it: an apostrophe before it
 * keeps it a text.
 */
export function cell(value: string | number | null): string {
  if (value === null) return '';
  if (typeof value === 'number') return String(value);
  const safe = /^\s*[=+\-@]|^[\t\r\n]/.test(value) ? `'${value}` : value;
  return /[",\r\n\t]|^\s|\s$/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
