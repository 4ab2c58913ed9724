import type { Estate } from '../../azure/inventory.ts';
import type { Machine } from '../../core/check.ts';
import { unless } from '../../core/unless.ts';
import { readNextHop, readNsgAnswer } from '../../diagnosis/read-configuration.ts';
import type { Direction, NextHopAnswer, NsgAnswer } from '../../diagnosis/witness.ts';
import { appliancesTo, type Flow, findNamed, interfaceOf, type Stand, type Want } from './azure.ts';
import type { Board, Heard } from './board.ts';
import type { Desk } from './desk.ts';

/** Whom to ask about the configuration, beside the probe. */
export type Inquiry = {
  readonly estate: Estate;
  readonly board: Board;
  readonly desk: Desk;
  readonly flow: Flow;
  /** Stops the waiting for good. */
  readonly signal: AbortSignal;
  /** Aborts when the probe has answered long ago and nobody waits for the others any more. */
  readonly late: AbortSignal;
};

export type Place = {
  readonly stand: Stand;
  readonly role: NsgAnswer['place'];
  readonly directions: readonly Direction[];
};

/** Where a packet meets rules, from end to end, as far as the route tables tell. */
export async function placesOf(
  desk: Desk,
  estate: Estate,
  { from, to, question }: Flow,
  destination: Machine | undefined,
): Promise<readonly Place[]> {
  const source: Stand = { machine: question.source, address: from };
  const appliances = await appliancesTo(desk.configuration, estate, source, to);
  return [
    { stand: source, role: 'source', directions: ['Outbound'] },
    ...appliances.map(applianceAt),
    ...(destination
      ? [{ stand: { machine: destination, address: to }, role: 'destination', directions: ['Inbound'] } satisfies Place]
      : []),
  ];
}

/** By which interface an appliance with several sends a packet on is known to its guest alone. */
function applianceAt(stand: Stand): Place {
  return { stand, role: 'appliance', directions: hasOneWay(stand) ? ['Inbound', 'Outbound'] : ['Inbound'] };
}

const hasOneWay = ({ machine }: Stand): boolean => machine.nics.length === 1;

export function wantsOf({ stand, directions }: Place, flow: Flow): readonly Want[] {
  return directions.map((direction) => ({ stand, direction, flow }));
}

/**
 * Asks the rules at both ends and at each appliance on the way, and the next hop from both ends, all at once. An appliance that
 * only the next hop knows of is asked afterwards.
 */
export async function inquire(inquiry: Inquiry, places: readonly Place[]): Promise<void> {
  const { board, desk, estate, flow } = inquiry;
  desk.gather(places.flatMap((place) => wantsOf(place, flow)));
  const { source } = flow.question;
  const there = board.nextHop(() => askNextHop(inquiry, source, 'source', flow.from, flow.to));
  await Promise.all([
    ...places.flatMap((place) => askRules(inquiry, place)),
    ...places.map(({ role, stand: { machine, address }, ...place }) => {
      if (role === 'destination') return board.nextHop(() => askNextHop(inquiry, machine, role, flow.to, flow.from));
      // Azure takes only an address of the machine itself as the source.
      return role === 'appliance' && place.directions.includes('Outbound')
        ? board.nextHop(() => askNextHop(inquiry, machine, role, address, flow.to))
        : undefined;
    }),
    there.then(async (heard) => {
      const address = heard.ok && heard.answer.type === 'VirtualAppliance' ? heard.answer.address : undefined;
      const machine = address === undefined ? undefined : estate.findByAddress(address);
      if (!machine || !address || places.some((place) => place.stand.machine === machine)) return;
      await Promise.all(askRules(inquiry, applianceAt({ machine, address })));
    }),
  ]);
}

/** One operation for all directions of a place; each direction is a witness of its own. */
function askRules(inquiry: Inquiry, place: Place): Promise<unknown>[] {
  const { board, desk, flow } = inquiry;
  const { stand, role } = place;
  const wants = wantsOf(place, flow);
  desk.gather(wants);
  // The probe names an appliance by its network interface: only so are both seen to speak of one place.
  const resourceId = (role === 'appliance' && interfaceOf(stand)?.id) || stand.machine.resourceId;
  return wants.map(async (want) => {
    const heard = await board.nsg(async (): Promise<Heard<NsgAnswer>> => {
      const heard = await waitFor(inquiry, desk.rules(want));
      return heard.ok ? readOrSilence(readNsgAnswer(heard.answer, role, resourceId, want.direction)) : heard;
    });
    if (heard.ok) await board.lookUp(() => findNamed(desk.configuration, heard.answer));
  });
}

async function askNextHop(
  inquiry: Inquiry,
  machine: Machine,
  place: NextHopAnswer['place'],
  from: string,
  to: string,
): Promise<Heard<NextHopAnswer>> {
  const heard = await waitFor(inquiry, inquiry.desk.nextHop(machine, from, to));
  return heard.ok ? readOrSilence(readNextHop(heard.answer, place, machine.resourceId)) : heard;
}

function readOrSilence<T>(
  reading: { readonly ok: true; readonly answer: T } | { readonly ok: false; readonly why: string },
): Heard<T> {
  return reading.ok ? reading : { ok: false, why: { code: 'AZURE_MALFORMED', message: reading.why } };
}

/** A witness that is refused, slow or broken is silent; the others still answer. */
async function waitFor<T>({ signal, late }: Inquiry, answer: Promise<Heard<T>>): Promise<Heard<T>> {
  try {
    return await unless(signal, unless(late, answer));
  } catch (error) {
    if (late.aborted && !signal.aborted) return { ok: false, why: { code: 'NO_RESULT' } };
    throw error;
  }
}
