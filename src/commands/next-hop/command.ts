import type { Machine, VmName } from '../../core/check.ts';
import { type Reading, read } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { readNextHop as readAnswer } from '../../diagnosis/read-configuration.ts';
import { addressBeside, withoutAddress } from '../addresses.ts';
import { type Asking, createAsking, type Resolved } from '../asking.ts';
import type { Command } from '../command.ts';
import { resolveEnds } from '../ends.ts';
import { askWatcher } from '../watcher.ts';
import { type NextHop, nextHopReply } from './card.ts';
import { type NextHopRequest, nextHopWords, printNextHop, readNextHop } from './request.ts';

type Question = { readonly source: Machine; readonly destination: Machine | string };

const asking: Asking<NextHopRequest, Question, NextHop & JsonObject> = {
  command: 'next-hop',
  about: 'question',
  names: ({ source, destination }) => [source, destination].filter((end): end is VmName => end?.kind === 'vm'),
  withDefault: (request, source) => (request.source ? request : { ...request, source }),
  resolve(request, estate): Resolved<Question> {
    const ends = resolveEnds(request, estate, { port: false }, (other) => printNextHop({ ...request, ...other }));
    if (ends.kind !== 'ends') return ends;
    const { source, destination } = ends;
    if (typeof source === 'string') throw new Error('a next hop is asked of a machine');
    return { kind: 'question', question: { source, destination } };
  },
  subject({ source, destination }, estate) {
    const address = typeof destination === 'string' ? destination : addressBeside(destination);
    const owners = typeof destination === 'string' ? estate.ownersOf(destination) : [destination];
    return {
      subject: {
        command: 'next-hop',
        machines: [source, ...owners],
        destination: { ...(address && { address }), inVnet: owners.length > 0 },
        ports: [],
      },
      ...(typeof destination === 'string' && { typed: destination }),
    };
  },
  async ask({ source, destination }, setting): Promise<Reading<NextHop & JsonObject>> {
    const to = typeof destination === 'string' ? destination : addressBeside(destination);
    if (to === undefined) {
      return { ok: false, problem: withoutAddress(typeof destination === 'string' ? source : destination) };
    }
    const from = addressBeside(source, to);
    if (from === undefined) return { ok: false, problem: withoutAddress(source) };
    const parameters = { targetResourceId: source.resourceId, sourceIPAddress: from, destinationIPAddress: to };
    const body = await askWatcher(source, { kind: 'nextHop', parameters }, setting);
    if (!body.ok) return body;
    const answer = readAnswer(body.value, 'source', source.resourceId);
    if (!answer.ok) return { ok: false, problem: { code: 'AZURE_MALFORMED', facts: { message: answer.why } } };
    const { type, address, routeTableId } = answer.answer;
    return read({
      machine: source,
      from,
      destination: typeof destination === 'string' ? to : `${destination.name} ${to}`,
      type,
      ...(address && { address }),
      ...(routeTableId && { routeTableId }),
    });
  },
  draw: nextHopReply,
  subscriptionOf: ({ machine }) => machine.subscriptionId,
  known: ({ source, destination }) => ({
    sources: source ? [source] : [],
    destinations: destination ? [destination] : [],
    ports: [],
  }),
  fill: (request, { source, destination }) => ({
    ...request,
    ...(source && { source }),
    ...(destination && (destination.kind === 'vm' || destination.kind === 'address') && { destination }),
  }),
  print: printNextHop,
};

const { handle, ...parts } = createAsking(asking);

export const nextHop: Command = {
  name: 'next-hop',
  words: nextHopWords,
  examples: 2,
  read(rest, locale) {
    const reading = readNextHop(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => handle(reading.value, turn, services) } : reading;
  },
  ...parts,
};
