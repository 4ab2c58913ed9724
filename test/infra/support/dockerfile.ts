import { execFileSync } from 'node:child_process';
import { cpSync, existsSync, mkdirSync, statSync, symlinkSync } from 'node:fs';
import { basename, join } from 'node:path';
import { z } from 'zod';

/** The last stage as it came to be. `root` stands for `/`. */
export type Image = {
  readonly root: string;
  readonly workdir: string;
  readonly user: string | undefined;
  readonly environment: Readonly<Record<string, string>>;
  readonly command: readonly string[];
  readonly healthcheck: readonly string[];
};

type Stage = {
  readonly root: string;
  workdir: string;
  user?: string;
  readonly environment: Record<string, string>;
  command: readonly string[];
  healthcheck: readonly string[];
};

const Words = z.array(z.string());

/**
 * Performs a Dockerfile's steps in folders of `place` instead of containers. `npm ci` gives the checkout's own
 * `node_modules`, so that nothing is fetched. A step that this cannot perform fails loudly.
 */
export function perform(dockerfile: string, context: string, place: string): Image {
  const stages = new Map<string, Stage>();
  let stage: Stage | undefined;
  for (const line of dockerfile.split('\n')) {
    if (line.trim() === '' || line.startsWith('#')) continue;
    const [, instruction = '', rest = ''] = /^([A-Z]+) (.+)$/.exec(line) ?? [];
    if (instruction === 'FROM') {
      const name = / AS (\w+)$/.exec(rest)?.[1] ?? 'final';
      stage = { root: join(place, name), workdir: '/', environment: {}, command: [], healthcheck: [] };
      mkdirSync(stage.root, { recursive: true });
      stages.set(name, stage);
      continue;
    }
    if (!stage) throw new Error(`before any FROM: ${line}`);
    performStep(stage, instruction, rest, { context, stages });
  }
  if (!stage) throw new Error('no stage');
  return { ...stage, user: stage.user };
}

function performStep(
  stage: Stage,
  instruction: string,
  rest: string,
  { context, stages }: { readonly context: string; readonly stages: ReadonlyMap<string, Stage> },
) {
  const within = (path: string) => join(stage.root, path.startsWith('/') ? path : join(stage.workdir, path));
  switch (instruction) {
    case 'WORKDIR':
      stage.workdir = rest;
      mkdirSync(within(rest), { recursive: true });
      return;
    case 'ENV': {
      const [, name = '', value = ''] = /^(\w+)=(\S*)$/.exec(rest) ?? [];
      stage.environment[name] = value;
      return;
    }
    case 'COPY': {
      const [, from, paths = ''] = /^(?:--from=(\w+) )?(.+)$/.exec(rest) ?? [];
      const source = from === undefined ? context : stages.get(from)?.root;
      if (source === undefined) throw new Error(`COPY from a stage that is not there: ${from}`);
      const names = paths.split(' ');
      const target = within(names.pop() ?? '');
      for (const name of names) copy(join(source, name), target);
      return;
    }
    case 'RUN':
      run(rest, stage, within, context);
      return;
    case 'USER':
      stage.user = rest;
      return;
    case 'HEALTHCHECK':
      stage.healthcheck = Words.parse(JSON.parse(rest.slice(rest.indexOf('['))));
      return;
    case 'CMD':
      stage.command = Words.parse(JSON.parse(rest));
      return;
    case 'EXPOSE':
    case 'VOLUME':
      return;
    default:
      throw new Error(`nobody taught this test to perform: ${instruction} ${rest}`);
  }
}

/** As Docker: a folder's content goes into the target, a file into it or over it. */
function copy(source: string, target: string) {
  const into = existsSync(target) && statSync(target).isDirectory() && !statSync(source).isDirectory();
  cpSync(source, into ? join(target, basename(source)) : target, { recursive: true });
}

function run(line: string, stage: Stage, within: (path: string) => string, context: string) {
  const folder = within('.');
  if (line === 'npm ci') {
    symlinkSync(join(context, 'node_modules'), join(folder, 'node_modules'));
  } else if (line.startsWith('npm run ')) {
    execFileSync('npm', line.split(' ').slice(1), { cwd: folder, stdio: 'pipe' });
  } else if (/^install -d -o (\w+) -g \1 \/\w+$/.test(line)) {
    mkdirSync(within(line.split(' ').at(-1) ?? ''));
  } else {
    throw new Error(`nobody taught this test to run: ${line} (in ${stage.workdir})`);
  }
}
