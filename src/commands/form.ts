import type { Press } from '../core/chat.ts';
import type { Machine, Target, VmName } from '../core/check.ts';
import { type Problem, type Reading, read, refuse } from '../core/errors.ts';
import { readPlace } from '../language/endpoints.ts';
import { readPort } from '../language/ports.ts';

export type Needs = { readonly source: boolean; readonly destination: boolean; readonly port: boolean };

/** A question that cannot be asked yet: what is missing is chosen or typed on one card. Plain JSON, kept with its job. */
export type Form = {
  readonly needs: Needs;
  /** What may be chosen for the side that is listed. */
  readonly machines: readonly Machine[];
  /** How many there are, where that is more than can be offered. */
  readonly total?: number;
  /** The side that is listed; the source where that is needed, else the destination. */
  readonly pick?: 'source' | 'destination';
  /** Why it is asked: SOURCE_MISSING, PORT_MISSING, VM_AMBIGUOUS … */
  readonly problem: Problem;
};

/** What a person filled in. */
export type Filled = { readonly source?: VmName; readonly destination?: Target; readonly port?: number };

/** No list of a card holds more, and no job needs to keep more. */
const mostChoices = 200;

/** A form that offers these machines, by name. */
export function formOf(form: Omit<Form, 'total'>): Form {
  const machines = [...form.machines].sort(byName);
  return machines.length <= mostChoices
    ? { ...form, machines }
    : { ...form, machines: machines.slice(0, mostChoices), total: machines.length };
}

export function byName(one: Machine, other: Machine): number {
  return one.name.localeCompare(other.name) || one.resourceId.localeCompare(other.resourceId);
}

/** A form's fields, each of which must be one of the offered values or read like a typed one. */
export function readForm({ needs, machines }: Form, inputs: Press['inputs']): Reading<Filled> {
  const chosen = (id: string | undefined): VmName | undefined => {
    const machine = machines.find((candidate) => candidate.resourceId.toLowerCase() === id?.toLowerCase());
    return machine && { kind: 'vm', name: machine.name, group: machine.group, resourceId: machine.resourceId };
  };
  let filled: Filled = {};
  if (needs.source) {
    const source = chosen(inputs.source);
    if (!source) return refuse('SOURCE_MISSING');
    filled = { ...filled, source };
  }
  if (needs.destination) {
    const typed = inputs.destination?.trim() ?? '';
    if (!typed) return refuse('DESTINATION_MISSING');
    const machine = chosen(typed);
    const place = machine ? undefined : readPlace(typed);
    if (place && !place.ok) return place;
    const destination = machine ?? (place?.ok ? place.value.endpoint : undefined);
    if (!destination || destination.kind === 'tag') return refuse('NOT_UNDERSTOOD', { text: typed });
    const port = place?.ok ? place.value.port : undefined;
    filled = { ...filled, destination, ...(port !== undefined && { port }) };
  }
  const typed = inputs.port?.trim() ?? '';
  if (needs.port || typed) {
    const port = readPort(typed);
    if (!port.ok) return typed ? port : refuse('PORT_INVALID', { text: '' });
    filled = { ...filled, port: port.value };
  }
  return read(filled);
}
