import type { Configuration } from '../../azure/configuration.ts';
import type { Estate } from '../../azure/inventory.ts';
import { finish, start, type WatcherQuestion } from '../../azure/operations.ts';
import { addressesOf, type Machine } from '../../core/check.ts';
import type { Json } from '../../core/json.ts';
import { readNextHop, readNsgAnswer } from '../../diagnosis/read-configuration.ts';
import type { Direction, NextHopAnswer, NsgAnswer } from '../../diagnosis/witness.ts';
import type { Services } from '../command.ts';
import { type Flow, findNamed, networkConfigurationDiagnostic, nextHop, silenceOf } from './azure.ts';
import type { Board, Heard } from './board.ts';

/** Whom to ask about the configuration, beside the probe. */
export type Inquiry = {
  readonly services: Services;
  readonly estate: Estate;
  readonly board: Board;
  readonly configuration: Configuration;
  readonly flow: Flow;
  readonly deadlineMs: number;
  readonly signal: AbortSignal;
  /** Aborts when the probe has answered long ago and nobody waits for the others any more. */
  readonly late: AbortSignal;
};

type Place = {
  readonly machine: Machine;
  readonly role: NsgAnswer['place'];
  readonly directions: readonly Direction[];
};

/**
 * Asks the rules at both ends and at each appliance on the way, and the next hop from both ends, all at once. An appliance that
 * only the next hop knows of is asked afterwards.
 */
export async function inquire(
  inquiry: Inquiry,
  source: Machine,
  destination: Machine | undefined,
  appliances: readonly Machine[],
): Promise<void> {
  const { board, estate, flow } = inquiry;
  const places: Place[] = [
    { machine: source, role: 'source', directions: ['Outbound'] },
    ...appliances.map((machine): Place => ({ machine, role: 'appliance', directions: ['Inbound', 'Outbound'] })),
    ...(destination ? [{ machine: destination, role: 'destination', directions: ['Inbound'] } satisfies Place] : []),
  ];
  const there = board.nextHop(() => askNextHop(inquiry, source, 'source', flow.from, flow.to));
  await Promise.all([
    ...places.flatMap((place) => askRules(inquiry, place)),
    ...appliances.map((machine) => {
      // Azure takes only an address of the machine itself as the source.
      const [own] = addressesOf(machine);
      return own && board.nextHop(() => askNextHop(inquiry, machine, 'appliance', own, flow.to));
    }),
    destination && board.nextHop(() => askNextHop(inquiry, destination, 'destination', flow.to, flow.from)),
    there.then(async (heard) => {
      const address = heard.ok && heard.answer.type === 'VirtualAppliance' ? heard.answer.address : undefined;
      const machine = address === undefined ? undefined : estate.findByAddress(address);
      if (!machine || places.some((place) => place.machine.resourceId === machine.resourceId)) return;
      await Promise.all(askRules(inquiry, { machine, role: 'appliance', directions: ['Inbound', 'Outbound'] }));
    }),
  ]);
}

/** One operation for all directions of a place; each direction is a witness of its own. */
function askRules(inquiry: Inquiry, { machine, role, directions }: Place): Promise<unknown>[] {
  const asked = askWatcher(inquiry, machine, networkConfigurationDiagnostic(machine, directions, inquiry.flow));
  // The probe names an appliance by its network interface: only so are both seen to speak of one place.
  const nicId = machine.nics[0]?.id;
  const resourceId = role === 'appliance' && nicId ? nicId : machine.resourceId;
  return directions.map(async (direction) => {
    const heard = await inquiry.board.nsg(async (): Promise<Heard<NsgAnswer>> => {
      const heard = await asked;
      return heard.ok ? readOrSilence(readNsgAnswer(heard.answer, role, resourceId, direction)) : heard;
    });
    if (heard.ok) await inquiry.board.lookUp(() => findNamed(inquiry.configuration, heard.answer));
  });
}

async function askNextHop(
  inquiry: Inquiry,
  machine: Machine,
  place: NextHopAnswer['place'],
  from: string,
  to: string,
): Promise<Heard<NextHopAnswer>> {
  const heard = await askWatcher(inquiry, machine, nextHop(machine, from, to));
  return heard.ok ? readOrSilence(readNextHop(heard.answer, place, machine.resourceId)) : heard;
}

function readOrSilence<T>(
  reading: { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly why: string },
): Heard<T> {
  return reading.ok ? reading : { ok: false, why: { code: 'AZURE_MALFORMED', message: reading.why } };
}

/** A witness that is refused, slow or broken is silent; the others still answer. */
async function askWatcher(inquiry: Inquiry, machine: Machine, question: WatcherQuestion): Promise<Heard<Json>> {
  const { services, estate, deadlineMs, late } = inquiry;
  const { arm, clock } = services;
  const signal = AbortSignal.any([inquiry.signal, late]);
  const watcherId = estate.watcherOf(machine.subscriptionId, machine.region);
  if (!watcherId) return { ok: false, why: { code: 'AZURE_NOT_FOUND' } };
  try {
    const started = await start(arm, watcherId, question, clock, signal);
    if (!started.ok) return { ok: false, why: silenceOf(started.failure) };
    if ('done' in started.value) return { ok: true, answer: started.value.done.body };
    const finished = await finish(arm, started.value.operation, clock, { deadlineMs, signal });
    return finished.ok ? { ok: true, answer: finished.value.body } : { ok: false, why: silenceOf(finished.failure) };
  } catch (error) {
    if (late.aborted && !inquiry.signal.aborted) return { ok: false, why: { code: 'NO_RESULT' } };
    throw error;
  }
}
