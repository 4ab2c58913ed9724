import { once } from 'node:events';
import { cpSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { bundle } from '../scripts/bundle.ts';
import { openStage, type Question, type Victim } from '../test/jobs/stage.ts';
import type { Measured } from './jobs-process.ts';
import { startFlags } from './start-flags.ts';

/** A crowd of questions, each from a machine of its own, to a product that runs alone in its process. */
export type Crowd = {
  readonly questions: readonly Question[];
  readonly polls: Polls;
  start(): Promise<Victim>;
  /** Asks the questions from one index up to another, at an even pace. */
  ask(victim: Victim, from: number, to: number): Promise<void>;
  answered(): number;
  close(): Promise<void>;
};

/** What Azure sees of the polling. */
export type Polls = { readonly count: number; readonly early: number; forget(): void };

export type CrowdOptions = {
  readonly subscriptions: number;
  readonly perSubscription: number;
  /** How fast Azure works: 1 as the real one, with a Retry-After of 10 s. */
  readonly speed: number;
  readonly gapMs: number;
  /** Where the product keeps its jobs in place of a folder of its own. */
  readonly databaseUrl?: string;
};

export async function openCrowd(options: CrowdOptions): Promise<Crowd> {
  const { subscriptions, perSubscription, speed, gapMs, databaseUrl } = options;
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-bench-'));
  const topology = join(folder, 'crowd.yaml');
  writeFileSync(topology, topologyOf(subscriptions, perSubscription));
  const polls = watchPolls(Math.max(1, Math.ceil(10 / speed)) * 1000);
  const script = await build(folder);
  const stage = await openStage(1, { topology, speed, script, flags: startFlags(), log: polls.read });
  const questions = Array.from({ length: subscriptions * perSubscription }, (_, index): Question => {
    const at = index % subscriptions;
    const vm = Math.floor(index / subscriptions);
    const to = `10.${at}.1.${perSubscription + 4}`;
    return { id: `q-${index}`, source: `vm-${at}-${vm}`, to, port: 10_000 + index, apart: true };
  });
  return {
    questions,
    polls,
    start: () => stage.start({ dataDir: join(folder, 'data'), ...(databaseUrl && { databaseUrl }) }),
    async ask(victim, from, to) {
      const asked = questions.slice(from, to).map(async (question, index) => {
        await delay(index * gapMs);
        for (let tries = 1; !(await stage.ask(victim, question)); tries += 1) {
          if (tries === 5) throw new Error(`${question.id} was not taken`);
          // As the channel does; a question that was taken all the same is known again.
          await delay(2000);
        }
      });
      await Promise.all(asked);
    },
    answered: () => questions.filter((question) => stage.answers(question).length > 0).length,
    async close() {
      await stage.close();
      rmSync(folder, { recursive: true });
    },
  };
}

export async function measure({ process }: Victim): Promise<Measured> {
  const answer = once(process, 'message');
  process.send('measure');
  const [measured] = await answer;
  return measured;
}

const root = fileURLToPath(new URL('../', import.meta.url));

/** As it is shipped: bundled, beside its cards. */
async function build(folder: string): Promise<URL> {
  const { missing } = await bundle(root, 'bench/jobs-process.ts', join(folder, 'src'));
  if (missing.length > 0) throw new Error(`the bundle would need ${missing.join(', ')}`);
  cpSync(join(root, 'cards'), join(folder, 'cards'), { recursive: true });
  return pathToFileURL(join(folder, 'src', 'jobs-process.js'));
}

/** A poll is early when it arrives sooner after the one before than what that one was told by Retry-After. */
function watchPolls(retryAfterMs: number): Polls & { readonly read: (line: string) => void } {
  const arrivedMs = new Map<string, number>();
  let count = 0;
  let early = 0;
  return {
    get count() {
      return count;
    },
    get early() {
      return early;
    },
    forget: () => arrivedMs.clear(),
    read(line) {
      const [, operation, tookMs] = /^GET \S+\/operationResults\/([^?\s]+).* (\d+) ms/.exec(line) ?? [];
      if (operation === undefined) return;
      const nowMs = performance.now() - Number(tookMs);
      const before = arrivedMs.get(operation);
      count += 1;
      // What Azure took is rounded to a millisecond, and a timer may fire one early.
      if (before !== undefined && nowMs - before < retryAfterMs - 3) early += 1;
      arrivedMs.set(operation, nowMs);
    },
  };
}

/** Subscriptions of a subnet each, so that no cap and no allowance of one is in the way. */
function topologyOf(subscriptions: number, perSubscription: number): string {
  const lines = [
    'name: crowd',
    'title: Many small subscriptions',
    'principals:',
    '  - { name: hopcheck, grants: [{ actions: "*" }] }',
    'subscriptions:',
  ];
  for (let at = 0; at < subscriptions; at += 1) {
    lines.push(
      `  - id: 00000000-0000-0000-0000-${String(at).padStart(12, '0')}`,
      `    name: Crowd ${at}`,
      '    groups:',
      '      - name: rg',
      '        region: westeurope',
      '        watchers: [{ name: watcher }]',
      '        vnets:',
      `          - { name: vnet, prefixes: 10.${at}.0.0/16, subnets: [{ name: all, prefix: 10.${at}.0.0/16 }] }`,
      '        vms:',
    );
    for (let vm = 0; vm <= perSubscription; vm += 1) {
      const nic = `{ name: nic-${at}-${vm}, subnet: vnet/all, address: 10.${at}.1.${vm + 4} }`;
      lines.push(`          - { name: vm-${at}-${vm}, nics: [${nic}] }`);
    }
  }
  return lines.join('\n');
}
