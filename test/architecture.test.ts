import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { describe, expect, test } from 'vitest';

/**
 * The house as rules over import statements. Each rule is tried on a planted violation too, so that none can go blind.
 */
type Source = { readonly path: string; readonly text: string };

const floors: Readonly<Record<string, number>> = {
  core: 0,
  language: 1,
  policy: 1,
  rendering: 1,
  jobs: 2,
  azure: 2,
  diagnosis: 2,
  commands: 3,
  teams: 4,
  terminal: 4,
  web: 4,
};

/** Who may import a library: a package's name, or its beginning where it ends in a slash, and where. The first that fits holds. */
const doors: readonly (readonly [library: string, allowed: RegExp])[] = [
  ['botbuilder', /^src\/teams\//],
  ['botframework-connector', /^src\/teams\//],
  ['restify', /^src\/teams\//],
  ['adaptivecards-templating', /^src\/rendering\//],
  ['adaptive-expressions', /^src\/rendering\//],
  ['@azure/monitor-opentelemetry-exporter', /^src\/telemetry\.ts$/],
  ['@azure/', /^src\/(azure\/|commands\/[^/]+\/azure\.ts$)/],
  ['node:sqlite', /^src\/jobs\//],
  ['pg', /^src\/jobs\//],
  ['pg-boss', /^src\/jobs\//],
  ['pino', /^src\/log\.ts$/],
  ['@opentelemetry/api', /^src\/(core\/)?telemetry\.ts$/],
  ['@opentelemetry/', /^src\/telemetry\.ts$/],
];

const starters = ['src/connect.ts', 'src/main.ts'];

const root = join(import.meta.dirname, '..');

function sourcesUnder(folder: string): Source[] {
  return readdirSync(join(root, folder), { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile() && entry.name.endsWith('.ts') && !entry.name.endsWith('.d.ts'))
    .map((entry) => join(entry.parentPath, entry.name).slice(root.length + 1))
    .map((path) => ({ path, text: readFileSync(join(root, path), 'utf8') }));
}

function importsOf({ path, text }: Source): string[] {
  const found = text.matchAll(
    /(?:^|\n)\s*(?:import|export)\s[^;]*?\sfrom\s+'([^']+)'|\bimport\(\s*'([^']+)'\s*\)|(?:^|\n)import\s+'([^']+)'/g,
  );
  return [...found].flatMap((match) => {
    const target = match[1] ?? match[2] ?? match[3];
    if (target === undefined) return [];
    return [target.startsWith('.') ? normalize(join(dirname(path), target)) : target];
  });
}

function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

function violationsOf(sources: readonly Source[]): string[] {
  return sources.flatMap((source) => [
    ...importsOf(source).flatMap((target) => judgeImport(source.path, target) ?? []),
    ...judgeText(source),
  ]);
}

function judgeImport(from: string, to: string): string | undefined {
  const here = roomOf(from);
  const there = roomOf(to);
  const door = doors.find(
    ([library]) => to === library || to.startsWith(library.endsWith('/') ? library : `${library}/`),
  );
  if (door && !door[1].test(from)) return `${from} imports ${to}, whose door is elsewhere`;
  if (!to.startsWith('src/')) return undefined;
  if (here === 'simulator' && there !== 'simulator') return `${from}: the simulator imports ${to} of the bot`;
  if (there === 'simulator' && here !== 'simulator' && !starters.includes(from)) return `${from} imports the simulator`;
  if (here === undefined || here === 'simulator' || here === there) return judgeCommands(from, to);
  if (there === undefined) return `${from} imports ${to} from above`;
  const own = floors[here];
  const other = floors[there];
  if (own === undefined || other === undefined) return `${from} or ${to} stands on no floor`;
  if (other > own) return `${from} imports upwards: ${to}`;
  if (other === own) return `${from} knows its neighbour ${to}`;
  return undefined;
}

function judgeCommands(from: string, to: string): string | undefined {
  const here = /^src\/commands\/([^/]+)\//.exec(from)?.[1];
  const there = /^src\/commands\/([^/]+)\//.exec(to)?.[1];
  return here && there && here !== there ? `${from}: one command imports another, ${to}` : undefined;
}

function judgeText({ path, text }: Source): string[] {
  const complaints: string[] = [];
  if (/process\.env/.test(text) && path !== 'src/main.ts') complaints.push(`${path} reads the environment`);
  if (/(^|\/)index\.ts$/.test(path)) complaints.push(`${path} is a barrel`);
  if (/\bvi\.mock\(/.test(text)) complaints.push(`${path} mocks a module`);
  return complaints;
}

function cyclesOf(sources: readonly Source[]): string[] {
  const graph = new Map(sources.map((source) => [source.path, importsOf(source)]));
  const done = new Set<string>();
  const cycles: string[] = [];
  const visit = (path: string, trail: readonly string[]) => {
    const start = trail.indexOf(path);
    if (start >= 0) cycles.push([...trail.slice(start), path].join(' -> '));
    if (start >= 0 || done.has(path)) return;
    for (const target of graph.get(path) ?? []) if (graph.has(target)) visit(target, [...trail, path]);
    done.add(path);
  };
  for (const path of graph.keys()) visit(path, []);
  return cycles;
}

describe('the house', () => {
  test('imports go down only, each library has one door, commands keep apart', () => {
    expect(violationsOf(sourcesUnder('src'))).toEqual([]);
  });

  test('no file imports itself over others', () => {
    expect(cyclesOf(sourcesUnder('src'))).toEqual([]);
  });

  const planted: readonly (readonly [what: string, path: string, text: string])[] = [
    ['an import upwards', 'src/core/chat.ts', "import { check } from '../commands/check/command.ts';"],
    ['an import upwards by type', 'src/jobs/job.ts', "import type { Bot } from '../teams/bot.ts';"],
    ['an import of a neighbour', 'src/azure/arm.ts', "import { diagnose } from '../diagnosis/diagnose.ts';"],
    ['an import over many lines', 'src/policy/decide.ts', "import {\n  say,\n  words,\n} from '../language/say.ts';"],
    ['an import while running', 'src/core/clock.ts', "const late = await import('../teams/server.ts');"],
    ['an export of a neighbour', 'src/web/chat.ts', "export { startServer } from '../teams/server.ts';"],
    ['one command in another', 'src/commands/watch/command.ts', "import { check } from '../check/command.ts';"],
    ['a library past its door', 'src/commands/check/card.ts', "import { Template } from 'adaptivecards-templating';"],
    ['Azure outside its door', 'src/teams/bot.ts', "import { DefaultAzureCredential } from '@azure/identity';"],
    ['an SDK of telemetry', 'src/core/telemetry.ts', "import { MeterProvider } from '@opentelemetry/sdk-metrics';"],
    ['the API of telemetry', 'src/teams/bot.ts', "import { trace } from '@opentelemetry/api';"],
    ['a subpath of a library', 'src/commands/dispatch.ts', "import x from 'botbuilder/lib/x.js';"],
    ['the bot in the simulator', 'src/simulator/server.ts', "import { systemClock } from '../core/clock.ts';"],
    ['the simulator in the bot', 'src/azure/arm.ts', "import { startSimulator } from '../simulator/server.ts';"],
    ['the top in a room', 'src/teams/server.ts', "import { createApp } from '../app.ts';"],
    ['the environment', 'src/azure/credential.ts', 'const id = process.env.AZURE_CLIENT_ID;'],
    ['a barrel', 'src/core/index.ts', ''],
    ['a mock of a module', 'test/jobs/worker.test.ts', "vi.mock('../../src/jobs/store.ts');"],
  ];
  test.each(planted)('%s is seen', (_what, path, text) => {
    expect(violationsOf([{ path, text }])).toHaveLength(1);
  });

  test('a cycle is seen', () => {
    const sources = [
      { path: 'src/core/a.ts', text: "import { b } from './b.ts';" },
      { path: 'src/core/b.ts', text: "import { a } from './a.ts';" },
    ];
    expect(cyclesOf(sources)).toEqual(['src/core/a.ts -> src/core/b.ts -> src/core/a.ts']);
  });

  test('the tests mock no module', () => {
    expect(
      sourcesUnder('test')
        .flatMap(judgeText)
        .filter((complaint) => complaint.includes('mocks'))
        .filter((complaint) => !complaint.includes('architecture')),
    ).toEqual([]);
  });
});
