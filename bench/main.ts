import { benchAgainstAz } from './against-az.ts';
import { benchCards } from './cards.ts';
import { benchDoor } from './door.ts';
import type { Figure } from './figure.ts';
import { benchJobs } from './jobs.ts';
import { benchLanguage } from './language.ts';
import { benchProduct } from './product.ts';
import { benchSimulator } from './simulator.ts';

/** `npm run bench [-- --json]`: every figure with its aim. The exit code says whether all were reached. */
const parts: readonly (readonly [title: string, run: () => Promise<readonly Figure[]>])[] = [
  ['The product', benchProduct],
  ['Against azure-cli', benchAgainstAz],
  ['The language', benchLanguage],
  ['The cards', benchCards],
  ['The door', benchDoor],
  ['The embedded Azure', benchSimulator],
  ['The store and the work', benchJobs],
];

const asJson = process.argv.includes('--json');
const all: Figure[] = [];
for (const [title, run] of parts) {
  const figures = await run();
  all.push(...figures);
  if (asJson) continue;
  console.log(title);
  for (const { name, value, unit, aim, ok } of figures) {
    console.log(`  ${ok ? 'reached' : 'MISSED '}  ${name}: ${value} ${unit} (aim ${aim})`);
  }
}
if (asJson) console.log(JSON.stringify({ node: process.version, figures: all }, undefined, 2));
process.exitCode = all.every(({ ok }) => ok) ? 0 : 1;
