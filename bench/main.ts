import { writeFileSync } from 'node:fs';
import { cpus, totalmem } from 'node:os';
import { benchAdded } from './added.ts';
import { benchAgainstAz } from './against-az.ts';
import { benchAudit } from './audit.ts';
import { benchCalls } from './calls.ts';
import { benchCards } from './cards.ts';
import { benchDoor } from './door.ts';
import type { Figure } from './figure.ts';
import { benchJobs } from './jobs.ts';
import { benchLanguage } from './language.ts';
import { benchNames } from './names.ts';
import { benchProduct } from './product.ts';
import { benchRates } from './rates.ts';
import { benchSimulator } from './simulator.ts';
import { benchStart } from './start.ts';

/**
 * `npm run bench [-- PART… --json[=FILE] --markdown --full]`: every figure with its aim, of all parts or of those that are named,
 * as lines, as JSON or as the tables of docs/performance.md. `--full` adds what takes many minutes. The exit code says whether
 * all aims were reached.
 */
const full = process.argv.includes('--full');
const known: readonly (readonly [name: string, title: string, run: () => Promise<readonly Figure[]>])[] = [
  ['cold', 'Start', benchStart],
  ['rates', 'Activities per second', benchRates],
  ['added', 'Added time of a check', benchAdded],
  ['calls', 'Requests to ARM', benchCalls],
  ['names', 'Names', benchNames],
  ['product', 'The product', benchProduct],
  ['az', 'Against azure-cli', benchAgainstAz],
  ['language', 'The language', benchLanguage],
  ['cards', 'The cards', benchCards],
  ['door', 'The door', benchDoor],
  ['simulator', 'The embedded Azure', benchSimulator],
  ['audit', 'The audit', benchAudit],
  ['jobs', 'The store and the work', () => benchJobs({ full })],
];
const named = process.argv.slice(2).filter((word) => !word.startsWith('--'));
const strange = named.find((word) => known.every(([name]) => name !== word));
if (strange !== undefined) {
  throw new Error(`no part "${strange}"; there are ${known.map(([name]) => name).join(', ')}`);
}
const parts = known.filter(([name]) => named.length === 0 || named.includes(name));

const json = process.argv.find((word) => /^--json(?:=.+)?$/.test(word));
const file = json?.slice('--json='.length);
const asMarkdown = process.argv.includes('--markdown');
const [processor] = cpus();
const machine = {
  node: process.version,
  platform: `${process.platform} ${process.arch}`,
  cores: cpus().length,
  processor: processor?.model.trim() ?? '',
  memoryGb: Math.round(totalmem() / 1024 ** 3),
};
const show = file ? (line: string) => console.log(line) : json ? () => {} : (line: string) => console.log(line);

if (asMarkdown) {
  const { node, platform, cores, processor: model, memoryGb } = machine;
  show(
    `Measured on ${cores} cores${model && ` (${model})`}, ${memoryGb} GB of memory, ${platform}, Node ${node.slice(1)}.\n`,
  );
}
const measured: { part: string; figures: readonly Figure[] }[] = [];
for (const [part, title, run] of parts) {
  const figures = await run();
  measured.push({ part, figures });
  show(asMarkdown ? `### ${title}\n\n${tableOf(figures)}\n` : [title, ...figures.map(lineOf)].join('\n'));
}
const report = JSON.stringify({ machine, parts: measured }, undefined, 2);
if (file) writeFileSync(file, `${report}\n`);
else if (json) console.log(report);
process.exitCode = measured.every(({ figures }) => figures.every(({ ok }) => ok)) ? 0 : 1;

function lineOf({ name, value, unit, aim, ok }: Figure): string {
  const state = aim === '' ? '       ' : ok ? 'reached' : 'MISSED ';
  return `  ${state}  ${name}: ${value} ${unit}${aim && ` (aim ${aim})`}`;
}

function tableOf(figures: readonly Figure[]): string {
  const rows = figures.map(({ name, value, unit, aim, ok }) => [
    name,
    `${value} ${unit}`.trim(),
    aim,
    aim === '' ? '' : ok ? 'yes' : '**no**',
  ]);
  const all = [['figure', 'measured', 'aim', 'reached'], ...rows];
  const widths = [0, 1, 2, 3].map((column) => Math.max(...all.map((row) => row[column]?.length ?? 0)));
  const lines = all.map((row) => `| ${row.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join(' | ')} |`);
  const rule = `| ${widths.map((width) => '-'.repeat(width)).join(' | ')} |`;
  return [lines[0], rule, ...lines.slice(1)].join('\n');
}
