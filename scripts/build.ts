import { execFile } from 'node:child_process';
import { readdirSync } from 'node:fs';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';
import { bundle, notices } from './bundle.ts';

const usage = `Builds hopcheck as plain JavaScript that needs nothing but Node.

  npm run build -- [--out FOLDER]      the folder is emptied first (dist)

In the folder: npm start`;

const root = fileURLToPath(new URL('../', import.meta.url));

/** The bundle lies in one folder, src/; what a module reads beside itself has to lie beside the bundle. */
const assets = [
  { read: 'src/app.ts', from: 'cards', to: 'cards' },
  { read: 'src/simulator/topologies.ts', from: 'src/simulator/topologies', to: 'src/topologies' },
  { read: 'src/grants-file.ts', from: 'docs/grants.sample.yaml', to: 'docs/grants.sample.yaml' },
  { read: 'src/web/assets.ts', from: 'src/web/page', to: 'src/page' },
  // The page's renderer is found as a package, by its package.json and the module that this names.
  ...['package.json', 'lib/adaptivecards.js', 'dist/adaptivecards.min.js'].map((file) => ({
    read: 'src/web/assets.ts',
    from: `node_modules/adaptivecards/${file}`,
    to: `node_modules/adaptivecards/${file}`,
  })),
];

/** Node warns of a deprecated module where it is used outside of node_modules, and the bundle is. */
const start = 'node --disable-warning=DEP0040';

/** For people, and for the Teams package. */
const papers = ['LICENSE', '.env.example', 'manifest'];

const Package = z.looseObject({
  name: z.string(),
  version: z.string(),
  description: z.string(),
  license: z.string(),
  engines: z.record(z.string(), z.string()),
  scripts: z.record(z.string(), z.string()),
});

async function main(args: readonly string[]): Promise<number> {
  const { values } = parseArgs({
    args: [...args],
    options: { out: { type: 'string', default: 'dist' }, help: { type: 'boolean', default: false } },
  });
  if (values.help) {
    console.log(usage);
    return 0;
  }
  const out = resolve(values.out);
  if (root.startsWith(join(out, '/'))) throw new Error(`${out} holds the source: name another folder`);
  await refuseUnknownReaders();
  if (!(await typesAreRight())) return 1;
  await rm(out, { recursive: true, force: true });
  const { missing, packages } = await bundle(root, 'src/main.ts', join(out, 'src'), {
    revision: await revisionOf(),
  });
  if (missing.length > 0) throw new Error(`the bundle would need ${missing.join(', ')} at run time`);
  for (const { from, to } of assets) await copy(from, join(out, to));
  for (const name of papers) await copy(name, join(out, name));
  const taken = [...packages, join(root, 'node_modules/adaptivecards')];
  await writeFile(join(out, 'THIRD-PARTY-NOTICES.txt'), notices(taken));
  await writeFile(join(out, 'package.json'), await packageFile());
  console.log(`Built ${out} with ${packages.length} packages in it.`);
  return 0;
}

/** A module that reads a file beside itself would not find it in the bundle, and nobody would notice before it is asked for. */
async function refuseUnknownReaders() {
  // What is loaded in a thread of its own is an entry of the bundle.
  const known = new Set([...assets.map(({ read }) => read), 'src/jobs/sqlite-committer.ts']);
  const files = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' }).filter((file) =>
    /\.ts$/.test(file),
  );
  for (const file of files.map((name) => `src/${name.replaceAll('\\', '/')}`)) {
    const reads = (await readFile(join(root, file), 'utf8')).includes('import.meta.');
    if (reads && !known.has(file)) throw new Error(`${file} uses import.meta: say in scripts/build.ts what it reads`);
  }
}

/** The commit of the checkout, marked where it holds changes of its own; unknown where there is no git. CI may name it. */
async function revisionOf(): Promise<string | undefined> {
  const named = process.env.HOPCHECK_REVISION ?? process.env.GITHUB_SHA;
  if (named) return named.slice(0, 12);
  try {
    const argv = ['describe', '--always', '--dirty', '--abbrev=12', '--exclude=*'];
    const { stdout } = await promisify(execFile)('git', argv, { cwd: root });
    return stdout.trim() || undefined;
  } catch {
    return undefined;
  }
}

async function typesAreRight(): Promise<boolean> {
  const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json')]);
    return true;
  } catch (error) {
    console.error(error instanceof Error && 'stdout' in error ? String(error.stdout) : error);
    return false;
  }
}

/** Without samples, which are for tests; the drawings of the cards' icons are the sources of their pictures. */
async function copy(from: string, to: string) {
  await mkdir(dirname(to), { recursive: true });
  const isLeftOut = (path: string) =>
    /\.sample\.json$|\.d\.ts$/.test(path) || /icons[\\/].*\.svg$/.test(path) || basename(path) === 'tsconfig.json';
  await cp(join(root, from), to, { recursive: true, filter: (path) => !isLeftOut(path) });
}

/** Nothing to install, and the scripts that start hopcheck. */
async function packageFile(): Promise<string> {
  const { name, version, description, license, engines, scripts } = Package.parse(
    JSON.parse(await readFile(join(root, 'package.json'), 'utf8')),
  );
  const started = Object.entries(scripts).flatMap(([script, line]) => {
    const [, flags = '', words] = /^node((?: --\S+)*) src\/main\.ts( .*)$/.exec(line) ?? [];
    return words === undefined ? [] : [[script, `${start}${flags} src/main.js${words}`]];
  });
  const shown = { name, version, description, license, private: true, type: 'module', engines };
  return `${JSON.stringify({ ...shown, scripts: Object.fromEntries(started) }, null, 2)}\n`;
}

process.exitCode = await main(process.argv.slice(2));
