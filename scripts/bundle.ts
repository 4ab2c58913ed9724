import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { rolldown } from 'rolldown';

export type Bundled = {
  /** What is not in the bundle and would have to be there at run time, beside Node's own modules. */
  readonly missing: readonly string[];
  /** Folders of the packages that went into it. */
  readonly packages: readonly string[];
};

/** Modules that a package tries to load and does without. */
const spared = new Set(['bufferutil', 'dtrace-provider', 'encoding', 'pg-native', 'supports-color', 'utf-8-validate']);

/** Puts `entry` and all it imports into a few files in `folder`, one of them with the entry's name. */
export async function bundle(root: string, entry: string, folder: string): Promise<Bundled> {
  const build = await rolldown({
    input: join(root, entry),
    cwd: root,
    platform: 'node',
    logLevel: 'silent',
    external: (id) => isBuiltin(id) || spared.has(id),
  });
  try {
    const { output } = await build.write({ dir: folder, format: 'esm', chunkFileNames: '[name]-[hash].js' });
    const chunks = output.filter((file) => file.type === 'chunk');
    const own = new Set(chunks.map(({ fileName }) => fileName));
    const wanted = chunks.flatMap(({ imports, dynamicImports, code }) => [
      ...imports,
      ...dynamicImports,
      ...[...code.matchAll(/\brequire\("([^".][^"]*)"\)/g)].map(([, id = '']) => id),
    ]);
    const packages = chunks.flatMap(({ moduleIds }) => moduleIds.flatMap((id) => packageOf(id) ?? []));
    return {
      missing: [...new Set(wanted)].filter((id) => !isBuiltin(id) && !own.has(id) && !spared.has(id)).toSorted(),
      packages: [...new Set(packages)].toSorted(),
    };
  } finally {
    await build.close();
  }
}

function packageOf(moduleId: string): string | undefined {
  const path = moduleId.replace(/^\0/, '').replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  if (at < 0) return undefined;
  const name = /^(?:@[^/]+\/)?[^/]+/.exec(path.slice(at + '/node_modules/'.length))?.[0];
  const folder = `${path.slice(0, at)}/node_modules/${name}`;
  return name !== undefined && existsSync(join(folder, 'package.json')) ? folder : undefined;
}

const noticeFile = /^(?:licen[cs]e|notice|copying|thirdpartynotices)(?:[.-].*)?$/i;

/** The licence texts that have to come along with code that was taken in. */
export function notices(packages: readonly string[]): string {
  return packages
    .map((folder) => {
      const { name, version, license } = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8'));
      const texts = readdirSync(folder)
        .filter((file) => noticeFile.test(file))
        .map((file) => readFileSync(join(folder, file), 'utf8').trim());
      return [`${name} ${version} (${license ?? 'see below'})`, ...texts].join('\n\n');
    })
    .join(`\n\n${'-'.repeat(80)}\n\n`);
}
