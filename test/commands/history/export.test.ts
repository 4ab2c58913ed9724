import fc from 'fast-check';
import { expect, test } from 'vitest';
import { exportReply } from '../../../src/commands/history/card.ts';
import type { PastEntry } from '../../../src/commands/history/entry.ts';
import { cell, exportLines } from '../../../src/commands/history/export.ts';
import type { Json } from '../../../src/core/json.ts';
import { machine } from '../estates.ts';

const entry: PastEntry = {
  jobId: 'j1',
  at: '2026-11-20T14:02:11.000Z',
  question: {
    source: machine('app0', '10.1.0.4'),
    destination: { kind: 'host', host: 'shop.example' },
    port: 443,
    protocol: 'Tcp',
    protocolAsked: false,
  },
  verdict: 'Unreachable',
  cause: {
    code: 'NSG_DENY_OUT',
    severity: 'error',
    witness: 'probe',
    facts: {},
    rule: { name: '=cmd|calc', reportedAs: '=cmd|calc' },
  },
  avgMs: 0,
  sent: 30,
  failed: 30,
  askedBy: '+1 "On-call", night',
  changes: [{ kind: 'verdict', from: 'Reachable', to: 'Unreachable' }],
};

/** RFC 4180, as a spreadsheet reads it. */
function parseCsv(text: string): readonly string[] {
  const cells: string[] = [];
  for (const [, quoted, bare] of `${text},`.matchAll(/(?:"((?:[^"]|"")*)"|([^",]*)),/g)) {
    cells.push(quoted === undefined ? (bare ?? '') : quoted.replaceAll('""', '"'));
  }
  return cells;
}

test('an entry as CSV has a cell for each column, and none that a spreadsheet would run', () => {
  const { head, rows } = exportLines([entry], 'csv');
  const names = parseCsv(head[0] ?? '');
  const cells = parseCsv(rows[0] ?? '');
  expect(Object.fromEntries(names.map((name, index) => [name, cells[index]]))).toEqual({
    asked_at: '2026-11-20T14:02:11.000Z',
    verdict: 'Unreachable',
    source: entry.question.source.resourceId,
    destination: 'shop.example',
    port: '443',
    protocol: 'TCP',
    cause: 'NSG_DENY_OUT',
    rule: "'=cmd|calc",
    average_ms: '0',
    probes_sent: '30',
    probes_failed: '30',
    changed: 'verdict',
    asked_by: '\'+1 "On-call", night',
    job: 'j1',
  });
});

test('any text comes back from its cell, and never begins like a formula', () => {
  const texts = fc.oneof(
    fc.string(),
    fc
      .tuple(fc.constantFrom('=', '+', '-', '@', '\t', '\r', '\n', ' =', '"', ','), fc.string())
      .map((parts) => parts.join('')),
  );
  fc.assert(
    fc.property(texts, (text) => {
      const [back = '', ...more] = parseCsv(cell(text));
      expect(more).toEqual([]);
      expect(back.replace(/^'/, '')).toBe(text.replace(/^'/, ''));
      expect(back).not.toMatch(/^\s*[=+\-@]|^[\t\r\n]/);
    }),
  );
});

test.each(['json', 'csv'] as const)(
  'as %s a card holds what fits, newest first, and says that there is more',
  (format) => {
    const entries = Array.from({ length: 200 }, (_, index) => ({ ...entry, jobId: `j${index}` }));
    const input = { format, locale: 'en', jobId: 'j', nonce: 'n' } as const;
    const some = exportReply({ ...input, entries, hasMore: true });
    const lines = (some.data.lines as readonly { readonly text: string }[]).map(({ text }) => text);
    expect(JSON.stringify(some.data.notes)).toMatch(/The newest \d+ checks, to copy\. Older ones are left out/);
    const rows = format === 'csv' ? lines.slice(1) : (JSON.parse(lines.join('\n')) as Json[]);
    expect(rows.length).toBeGreaterThan(25);
    expect(rows.length).toBeLessThan(200);
    expect(JSON.stringify(rows[0])).toContain('j0');
    const all = exportReply({ ...input, entries: [entry], hasMore: false });
    expect(JSON.stringify(all.data.notes)).toContain('The one check so far');
  },
);
