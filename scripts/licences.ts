import { readFile } from 'node:fs/promises';
import { z } from 'zod';
import { licenceOf, type Package, problemsOf } from './licence-list.ts';

const root = new URL('../', import.meta.url);
const Lock = z.object({
  packages: z.record(z.string(), z.object({ version: z.string().optional(), dev: z.boolean().optional() })),
});

/** Lists the licence of everything that is shipped, and fails on one that nobody has agreed to. */
async function main(): Promise<number> {
  const { packages } = Lock.parse(JSON.parse(await readFile(new URL('package-lock.json', root), 'utf8')));
  const found: Package[] = [];
  for (const [path, { version = '', dev }] of Object.entries(packages)) {
    if (path === '' || dev) continue;
    const text = await readFile(new URL(`${path}/package.json`, root), 'utf8').catch(() => undefined);
    // An optional package of another platform is not installed, and not shipped either.
    if (text === undefined) continue;
    const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
    found.push({ name, version, licence: licenceOf(JSON.parse(text)) });
  }
  const rows = found.map(({ name, version, licence }) => `${licence}\t${name}@${version}`);
  console.log([...new Set(rows)].toSorted().join('\n'));
  const problems = problemsOf(found);
  if (problems.length > 0) console.error(['', ...problems].join('\n'));
  return problems.length > 0 ? 1 : 0;
}

process.exitCode = await main();
