import { parseArgs } from 'node:util';
import type { Locale } from '../core/chat.ts';
import type { Head } from '../jobs/audit.ts';
import { examine, linesOf, type Span } from '../jobs/audit-book.ts';
import type { AuditReader } from '../jobs/audit-reader.ts';
import { StoreError, StoreUnusable } from '../jobs/store.ts';
import { say } from '../language/say.ts';

export type AuditTerminal = { readonly out: (text: string) => void; readonly err: (text: string) => void };

const exitFine = 0;
const exitFlawed = 1;
const exitUsage = 64;
const exitUnreadable = 69;

const options = {
  since: { type: 'string' },
  until: { type: 'string' },
  format: { type: 'string', default: 'ndjson' },
  head: { type: 'string', multiple: true },
  language: { type: 'string', default: 'en' },
} as const;

type Order = { readonly locale: Locale } & (
  | { readonly verb: 'verify'; readonly noted: readonly Head[] }
  | { readonly verb: 'export'; readonly span: Span }
);

/** `audit verify` and `audit export`. Returns the exit code. */
export async function runAudit(
  argv: readonly string[],
  open: () => Promise<AuditReader>,
  io: AuditTerminal,
): Promise<number> {
  const order = readOrder(argv);
  if (!order) {
    io.err(say('en', 'audit.usage'));
    return exitUsage;
  }
  let reader: AuditReader | undefined;
  try {
    reader = await open();
    if (order.verb === 'verify') return await verify(order.noted, order.locale, reader, io);
    for await (const line of linesOf(reader.tables, order.span)) io.out(line);
    return exitFine;
  } catch (error) {
    if (!(error instanceof StoreUnusable || error instanceof StoreError)) throw error;
    const reason = error instanceof StoreError && error.cause instanceof Error ? error.cause.message : error.message;
    io.err(say(order.locale, 'audit.unreadable', { reason }));
    return exitUnreadable;
  } finally {
    await reader?.close();
  }
}

async function verify(noted: readonly Head[], locale: Locale, { tables }: AuditReader, io: AuditTerminal) {
  const { entries, heads, flaws } = await examine(tables, noted);
  for (const { kind, instance, sequence } of flaws) {
    io.err(say(locale, `audit.flaw.${kind}`, { instance, sequence: String(sequence) }));
  }
  const counts = { entries, chains: heads.length };
  io.out(say(locale, flaws.length === 0 ? 'audit.fine' : 'audit.flawed', { ...counts, flaws: flaws.length }));
  for (const { instance, sequence, hash } of heads) io.out(`${sequence} ${hash} ${instance}`);
  return flaws.length === 0 ? exitFine : exitFlawed;
}

function readOrder(argv: readonly string[]): Order | undefined {
  const parsed = parse(argv);
  if (!parsed) return undefined;
  const { positionals, values } = parsed;
  const [verb, ...more] = positionals;
  const { language: locale, format } = values;
  if (more.length > 0 || (locale !== 'en' && locale !== 'zh') || format !== 'ndjson') return undefined;
  const noted = (values.head ?? []).map(readHead);
  const [sinceMs, untilMs] = [readTime(values.since), readTime(values.until)];
  if (sinceMs === 'not a time' || untilMs === 'not a time') return undefined;
  const isSpan = sinceMs !== undefined || untilMs !== undefined;
  if (verb === 'verify' && !isSpan && noted.every((head) => head !== undefined)) return { verb, locale, noted };
  if (verb !== 'export' || noted.length > 0) return undefined;
  return {
    verb,
    locale,
    span: { ...(sinceMs !== undefined && { sinceMs }), ...(untilMs !== undefined && { untilMs }) },
  };
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch {
    // An option that parseArgs does not know is wrong usage like any other.
    return undefined;
  }
}

/** As `verify` prints it. */
function readHead(text: string): Head | undefined {
  const [, sequence, hash, instance] = /^(\d{1,15}) ([0-9a-f]{64}) (.+)$/s.exec(text) ?? [];
  return sequence && hash && instance ? { sequence: Number(sequence), hash, instance } : undefined;
}

function readTime(text: string | undefined): number | undefined | 'not a time' {
  if (text === undefined) return undefined;
  const atMs = /^\d{4}-\d{2}-\d{2}/.test(text) ? Date.parse(text) : Number.NaN;
  return Number.isNaN(atMs) ? 'not a time' : atMs;
}
