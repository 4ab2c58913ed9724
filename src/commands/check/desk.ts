import { type Configuration, openConfiguration } from '../../azure/configuration.ts';
import type { Answer } from '../../azure/failure.ts';
import type { Estate } from '../../azure/inventory.ts';
import { type MachineReading, readMachine } from '../../azure/machine-state.ts';
import { finish, start, type WatcherQuestion } from '../../azure/operations.ts';
import type { Machine } from '../../core/check.ts';
import type { Json } from '../../core/json.ts';
import type { Services } from '../command.ts';
import { keyOf, networkConfigurationDiagnostic, nextHop, resultFor, silenceOf, targetOf, type Want } from './azure.ts';
import type { Heard } from './board.ts';

/** Where witnesses are asked: each thing once, however many questions want to know it. */
export type Desk = {
  readonly configuration: Configuration;
  machine(machine: Machine): Promise<Answer<MachineReading>>;
  /** Asks the rules for all that was not asked before, in one operation for each target. */
  gather(wants: readonly Want[]): void;
  /** What the rules say to one want, gathered before or asked for now. */
  rules(want: Want): Promise<Heard<Json>>;
  nextHop(machine: Machine, from: string, to: string): Promise<Heard<Json>>;
};

/** Profiles in one operation. What Azure takes at most is stated nowhere; more than this has not been seen. */
const mostProfiles = 20;

export function createDesk(
  { arm, clock }: Services,
  { estate, ...limits }: { readonly estate: Estate; readonly deadlineMs: number; readonly signal: AbortSignal },
): Desk {
  const asked = new Map<string, Promise<unknown>>();

  /** The key says what is asked, and so what it is answered with. */
  const once = <T>(key: string, ask: () => Promise<T>): Promise<T> => {
    const known = asked.get(key) as Promise<T> | undefined;
    if (known !== undefined) return known;
    const answer = ask();
    // Who waits hears of a failure; that nobody waits any more is none.
    answer.catch(() => undefined);
    asked.set(key, answer);
    return answer;
  };

  const askWatcher = async (machine: Machine, question: WatcherQuestion): Promise<Heard<Json>> => {
    const watcherId = estate.watcherOf(machine.subscriptionId, machine.region);
    if (!watcherId) return { ok: false, why: { code: 'AZURE_NOT_FOUND' } };
    const started = await start(arm, watcherId, question, clock, limits.signal);
    if (!started.ok) return { ok: false, why: silenceOf(started.failure) };
    if ('done' in started.value) return { ok: true, answer: started.value.done.body };
    // Not awaited here: the frame would hold the operation, a serialized poller of some kB, for as long as Azure takes.
    return finish(arm, started.value.operation, clock, limits).then((finished) =>
      finished.ok ? { ok: true, answer: finished.value.body } : { ok: false, why: silenceOf(finished.failure) },
    );
  };

  const gather = (wants: readonly Want[]) => {
    const fresh = new Map(wants.map((want) => [`rules ${keyOf(want)}`, want]));
    for (const key of fresh.keys()) if (asked.has(key)) fresh.delete(key);
    for (const [target, group] of Map.groupBy(fresh.values(), targetOf)) {
      for (let from = 0; from < group.length; from += mostProfiles) {
        const part = group.slice(from, from + mostProfiles);
        const [first] = part;
        if (!first) continue;
        const answer = askWatcher(first.stand.machine, networkConfigurationDiagnostic(target, part));
        for (const want of part) {
          void once(`rules ${keyOf(want)}`, async () => {
            const heard = await answer;
            return heard.ok ? { ok: true as const, answer: resultFor(want, heard.answer) } : heard;
          });
        }
      }
    }
  };

  return {
    configuration: openConfiguration(arm),
    machine: (machine) =>
      once(`machine ${machine.resourceId.toLowerCase()}`, () => readMachine(arm, machine, limits.signal)),
    gather,
    rules(want) {
      gather([want]);
      return once(`rules ${keyOf(want)}`, () => Promise.reject(new Error('what was gathered is known')));
    },
    nextHop: (machine, from, to) =>
      once(`next hop ${machine.resourceId.toLowerCase()} ${from} ${to}`, () =>
        askWatcher(machine, nextHop(machine, from, to)),
      ),
  };
}
