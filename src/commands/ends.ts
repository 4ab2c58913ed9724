import type { Estate } from '../azure/inventory.ts';
import type { Machine, VmName } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';
import type { Address } from '../language/single.ts';
import { type Form, formOf } from './form.ts';
import { findMachine, nothingVisible } from './names.ts';

/** The two ends of a question: machines, or addresses as typed. */
export type Ends = {
  readonly kind: 'ends';
  readonly source: Machine | string;
  readonly destination: Machine | string;
};

type Unresolved =
  | { readonly kind: 'form'; readonly form: Form }
  | { readonly kind: 'refused'; readonly problem: Problem };

type End = VmName | Address;
type Request = { readonly source?: End; readonly destination?: End; readonly port?: number };

/** Finds both ends, or says on a form or in a refusal what is missing. `sentence` puts another end in the place of one. */
export function resolveEnds(
  request: Request,
  estate: Estate,
  takes: { readonly port: boolean },
  sentence: (instead: { readonly source?: VmName; readonly destination?: VmName }) => string,
): Ends | Unresolved {
  const empty = nothingVisible(estate);
  if (empty) return { kind: 'refused', problem: empty };
  const port = takes.port && request.port === undefined;
  const found: { source?: Machine | string; destination?: Machine | string } = {};
  for (const side of ['source', 'destination'] as const) {
    const end = request[side];
    if (end?.kind === 'address') found[side] = end.address;
    if (end?.kind !== 'vm') continue;
    const named = findMachine(end, estate, (other) => sentence({ [side]: other }));
    if (named.kind === 'none') return { kind: 'refused', problem: named.problem };
    if (named.kind === 'one') {
      found[side] = named.machine;
      continue;
    }
    const needs = { source: side === 'source', destination: side === 'destination', port };
    const { machines, problem } = named;
    return { kind: 'form', form: formOf({ needs, machines, pick: side, problem }) };
  }
  const { source, destination } = found;
  if (source !== undefined && destination !== undefined && !port) return { kind: 'ends', source, destination };
  const needs = { source: source === undefined, destination: destination === undefined, port };
  const problem: Problem = needs.destination
    ? { code: 'DESTINATION_MISSING', facts: {} }
    : needs.source
      ? { code: 'SOURCE_MISSING', facts: {} }
      : { code: 'PORT_MISSING', facts: { destination: nameOf(destination) } };
  return { kind: 'form', form: formOf({ needs, machines: estate.machines, problem }) };
}

function nameOf(end: Machine | string | undefined): string {
  return typeof end === 'string' ? end : (end?.name ?? '');
}

/** The one machine of a question, or what to say where it is not clear which. */
export function resolveMachine(
  name: VmName | undefined,
  estate: Estate,
  sentence: (other: VmName) => string,
): Unresolved | { readonly kind: 'question'; readonly question: Machine } {
  const empty = nothingVisible(estate);
  if (empty) return { kind: 'refused', problem: empty };
  const needs = { source: true, destination: false, port: false };
  if (!name) {
    const problem: Problem = { code: 'MACHINE_MISSING', facts: {} };
    return { kind: 'form', form: formOf({ needs, machines: estate.machines, problem }) };
  }
  const found = findMachine(name, estate, sentence);
  switch (found.kind) {
    case 'one':
      return { kind: 'question', question: found.machine };
    case 'several':
      return { kind: 'form', form: formOf({ needs, machines: found.machines, problem: found.problem }) };
    case 'none':
      return { kind: 'refused', problem: found.problem };
  }
}
