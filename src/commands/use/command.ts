import type { JsonObject } from '../../core/json.ts';
import { printEndpoint } from '../../language/path-request.ts';
import { say } from '../../language/say.ts';
import { type Asking, createAsking } from '../asking.ts';
import type { Command, Handling, Services, Turn } from '../command.ts';
import { resolveMachine } from '../ends.ts';
import { defaultSource, setDefaultSource, shortName, visibleTo } from '../names.ts';
import { noticeReply } from '../replies.ts';
import { printUse, readUse, type UseRequest, useWords } from './request.ts';

type Machine = Parameters<typeof shortName>[0];
type Named = Extract<UseRequest, { readonly machine?: unknown }>;
type Answer = JsonObject & { readonly machine: Machine };

const asking: Asking<Named, Machine, Answer> = {
  command: 'use',
  about: 'machine',
  instant: true,
  names: ({ machine }) => (machine ? [machine] : []),
  resolve: ({ machine }, estate) => resolveMachine(machine, estate, (other) => printUse({ machine: other })),
  subject: (machine) => ({ subject: { command: 'use', machines: [machine], ports: [] } }),
  async ask(machine, { services, turn, estate }) {
    const name = shortName(machine, visibleTo(turn, services, estate, 'use'));
    await setDefaultSource(turn, services, name);
    return { ok: true, value: { machine } };
  },
  draw({ machine }, { locale }) {
    const place = `${machine.group}, ${machine.region}`;
    return noticeReply({ text: say(locale, 'turn.source.set', { name: machine.name, place }), locale });
  },
  subscriptionOf: ({ machine }) => machine.subscriptionId,
  known: ({ machine }) => ({ sources: machine ? [machine] : [], destinations: [], ports: [] }),
  fill: (request, { source }) => (source ? { machine: source } : request),
  print: printUse,
};

const { handle, task, press, describe } = createAsking(asking);

export const use: Command = {
  name: 'use',
  words: useWords,
  examples: 2,
  read(rest, locale) {
    const reading = readUse(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => answer(reading.value, turn, services) } : reading;
  },
  task,
  press,
  describe,
};

async function answer(request: UseRequest, turn: Turn, services: Services): Promise<Handling> {
  if ('forget' in request) await setDefaultSource(turn, services, undefined);
  else if (request.machine) return handle(request, turn, services);
  const { locale } = turn;
  const source = await defaultSource(turn, services);
  const text = source
    ? say(locale, 'turn.source.is', { name: printEndpoint(source) })
    : say(locale, 'turn.source.none');
  const detail = say(locale, 'turn.source.how', { name: source ? printEndpoint(source) : 'app0' });
  return { kind: 'reply', reply: noticeReply({ text, detail, locale }) };
}
