import { execFile } from 'node:child_process';
import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { parseArgs, promisify } from 'node:util';
import { z } from 'zod';

const usage = `Builds hopcheck as plain JavaScript, with all it reads beside it.

  npm run build -- [--out FOLDER]      the folder is emptied first (dist)

In the folder: npm ci --omit=dev --omit=optional && npm start`;

const root = fileURLToPath(new URL('../', import.meta.url));

/** Copied as they are. The output keeps the layout of the source, so that paths relative to a module stay right. */
const copied = ['cards', 'manifest', 'package-lock.json', '.npmrc', 'LICENSE', '.env.example'];

const Package = z.looseObject({ scripts: z.record(z.string(), z.string()) });

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
  await rm(out, { recursive: true, force: true });
  await mkdir(out, { recursive: true });
  if (!(await compile(out))) return 1;
  await cp(join(root, 'src'), join(out, 'src'), { recursive: true, filter: isAsset });
  for (const name of copied) await cp(join(root, name), join(out, name), { recursive: true, filter: isShipped });
  await writeFile(join(out, 'package.json'), await packageFile());
  console.log(`Built ${out}.`);
  return 0;
}

/** Types are checked on the way; nothing is written where they are wrong. */
async function compile(out: string): Promise<boolean> {
  const compiler = fileURLToPath(new URL('bin/tsc', import.meta.resolve('typescript/package.json')));
  try {
    await promisify(execFile)(process.execPath, [compiler, '-p', join(root, 'tsconfig.build.json'), '--outDir', out]);
    return true;
  } catch (error) {
    console.error(error instanceof Error && 'stdout' in error ? String(error.stdout) : error);
    return false;
  }
}

/** What lies in the source and is no source. */
function isAsset(path: string): boolean {
  return !/\.ts$/.test(path) && basename(path) !== 'tsconfig.json';
}

/** Samples are for tests, and drawings the sources of the pictures. */
function isShipped(path: string): boolean {
  return !/\.(?:sample\.json|svg)$/.test(path);
}

/** The package as it is, but that its scripts start what was built, and only those that can. */
async function packageFile(): Promise<string> {
  const { scripts, ...rest } = Package.parse(JSON.parse(await readFile(join(root, 'package.json'), 'utf8')));
  const started = Object.entries(scripts).flatMap(([name, line]) => {
    const built = /^node src\/main\.ts( .*)$/.exec(line)?.[1];
    return built === undefined ? [] : [[name, `node src/main.js${built}`]];
  });
  return `${JSON.stringify({ ...rest, scripts: Object.fromEntries(started) }, null, 2)}\n`;
}

process.exitCode = await main(process.argv.slice(2));
