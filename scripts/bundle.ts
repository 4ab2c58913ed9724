import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { join } from 'node:path';
import { type Plugin, rolldown } from 'rolldown';

export type Bundled = {
  /** What is not in the bundle and would have to be there at run time, beside Node's own modules. */
  readonly missing: readonly string[];
  /** Folders of the packages that went into it. */
  readonly packages: readonly string[];
};

/** Modules that a package tries to load and does without. */
const spared = new Set(['bufferutil', 'dtrace-provider', 'encoding', 'pg-native', 'supports-color', 'utf-8-validate']);

/**
 * What packages load at their start for something that hopcheck never asks of them: half of what would have to be read and kept
 * in memory. `by` is the package that loads it. Whoever reaches for one of these after all gets an error that names it.
 */
const unreached: readonly { readonly by: RegExp; readonly modules: RegExp }[] = [
  // The door verifies tokens, and the bot's own credential gets them; skills, transcripts and sockets are not used.
  {
    by: /^bot(?:builder|framework)/,
    modules:
      /^(?:@azure\/(?:identity|msal-node)|axios|cross-fetch|filenamify|fs-extra|htmlparser2|https-proxy-agent|jsonwebtoken|node-fetch|ws)$/,
  },
  // Cards hold plain paths: no function of the expression language is ever called.
  {
    by: /^adaptive-expressions$/,
    modules:
      /^(?:@microsoft\/recognizers-text-data-types-timex-expression|@xmldom\/xmldom|fast-xml-parser|jspath|xpath)$/,
  },
  { by: /^restify$/, modules: /^\.\/plugins$/ },
  // Whoever meets a message of the schemas themselves reads English.
  { by: /^zod$/, modules: /^\.\.\/locales\/index\.js$/ },
];

const stand = '\0unreached:';

const withoutUnreached: Plugin = {
  name: 'without what is never reached',
  resolveId(module, importer) {
    const by = importer === undefined ? undefined : packageName(importer);
    const isUnreached = by !== undefined && unreached.some((one) => one.by.test(by) && one.modules.test(module));
    return isUnreached ? `${stand}${module} of ${by}` : undefined;
  },
  load: (id) => (id.startsWith(stand) ? `module.exports = ${standIn(id.slice(stand.length))};` : undefined),
};

/** Everything about it is itself, so that a module can load over it; called or constructed, it throws. */
function standIn(name: string): string {
  const fail = `() => { throw new Error(${JSON.stringify(`not in this build: ${name}`)}); }`;
  return `(() => {
    const one = new Proxy(function () {}, {
      get: (target, key) => typeof key === 'symbol' || /^(?:__esModule|prototype|then)$/.test(key) ? target[key] : one,
      apply: ${fail},
      construct: ${fail},
    });
    return one;
  })()`;
}

/**
 * An ARM client makes all of its 160 groups of operations for each subscription. What is kept are the groups whose name stands
 * in the source as a property.
 */
function withoutUnusedOperations(root: string): Plugin {
  const source = readdirSync(join(root, 'src'), { recursive: true, encoding: 'utf8' })
    .filter((file) => file.endsWith('.ts'))
    .map((file) => readFileSync(join(root, 'src', file), 'utf8'))
    .join('\n');
  const properties = new Set([...source.matchAll(/\.(\w+)/g)].map(([, name]) => name));
  return {
    name: 'without unused operations',
    load(id) {
      const group = /\/@azure\/arm-[\w-]+\/dist\/esm\/classic\/(\w+)\/index\.js$/.exec(id.replaceAll('\\', '/'))?.[1];
      if (group === undefined || properties.has(group)) return undefined;
      const made = `_get${group.charAt(0).toUpperCase()}${group.slice(1)}Operations`;
      return `const stand = ${standIn(group)};\nexport const ${made} = () => stand;`;
    },
  };
}

/** What runs in a thread of its own is loaded by its name, beside the bundle. */
const threads = ['src/jobs/sqlite-thread.ts'];

/**
 * Puts `entry` and all it imports into a few files in `folder`, one of them with the entry's name. Functions keep their names, for
 * whoever reads a stack.
 */
export async function bundle(
  root: string,
  entry: string,
  folder: string,
  /** `whole` leaves nothing out: for a program that is not hopcheck. `revision` is the commit that src/version.ts tells. */
  { whole = false, revision }: { readonly whole?: boolean; readonly revision?: string | undefined } = {},
): Promise<Bundled> {
  const build = await rolldown({
    input: [join(root, entry), ...(whole ? [] : threads.map((file) => join(root, file)))],
    cwd: root,
    platform: 'node',
    logLevel: 'silent',
    external: (id) => isBuiltin(id) || spared.has(id),
    ...(revision && { transform: { define: { HOPCHECK_REVISION: JSON.stringify(revision) } } }),
    plugins: whole ? [] : [withoutUnreached, withoutUnusedOperations(root)],
  });
  try {
    const { output } = await build.write({
      dir: folder,
      format: 'esm',
      chunkFileNames: '[name]-[hash].js',
      minify: {
        mangle: { keepNames: true },
        compress: { keepNames: { function: true, class: true } },
        codegen: { removeWhitespace: true },
      },
      plugins: [inAscii],
    });
    const chunks = output.filter((file) => file.type === 'chunk');
    const own = new Set(chunks.map(({ fileName }) => fileName));
    const wanted = chunks.flatMap(({ imports, dynamicImports, code }) => [
      ...imports,
      ...dynamicImports,
      ...[...code.matchAll(/\brequire\(["'`]([^"'`.][^"'`]*)["'`]\)/g)].map(([, id = '']) => id),
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

/**
 * One character beyond Latin-1 makes V8 keep the whole file in two bytes a character. Escaping is the same in strings, regular
 * expressions and names; only a raw template would show it, and that is looked for.
 */
const inAscii: Plugin = {
  name: 'in ASCII',
  generateBundle(_options, files) {
    for (const file of Object.values(files)) {
      if (file.type !== 'chunk') continue;
      if (/\bString\.raw`[^`]*[\u0100-\uffff]/.test(file.code)) throw new Error(`${file.fileName}: a raw template`);
      file.code = file.code.replaceAll(
        /[\u0100-\uffff]/g,
        (character) => `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`,
      );
    }
  },
};

function packageOf(moduleId: string): string | undefined {
  const path = moduleId.replace(/^\0/, '').replaceAll('\\', '/');
  const name = packageName(path);
  if (name === undefined) return undefined;
  const folder = path.slice(0, path.lastIndexOf('/node_modules/') + '/node_modules/'.length) + name;
  return existsSync(join(folder, 'package.json')) ? folder : undefined;
}

function packageName(moduleId: string): string | undefined {
  const path = moduleId.replaceAll('\\', '/');
  const at = path.lastIndexOf('/node_modules/');
  return at < 0 ? undefined : /^(?:@[^/]+\/)?[^/]+/.exec(path.slice(at + '/node_modules/'.length))?.[0];
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
