import type { Locale, Reply } from '../core/chat.ts';
import type { Machine } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';
import type { JsonObject } from '../core/json.ts';
import type { Endpoint } from '../language/endpoints.ts';
import { type MessageKey, say } from '../language/say.ts';
import { button, type CardIds, clip } from './card-parts.ts';
import { byName, type Needs } from './form.ts';
import { targetText } from './names.ts';
import { problemWords } from './replies.ts';

/** What the choices of one list may weigh together, and what the template puts around each. */
const choicesBytes = 15_000;
const choiceBytes = 24;

/** What was understood already. */
export type Known = {
  readonly sources: readonly Endpoint[];
  readonly destinations: readonly Endpoint[];
  readonly ports: readonly number[];
  readonly protocol?: string;
};

/** What the form is for: it decides how the list and the button are called. */
type About = 'check' | 'question' | 'machine';

/**
 * One form for what a question still lacks. `machines` are what the `pick` side's list offers (its values are resource ids);
 * other fields that are needed take text. Fields send `source`, `destination` and `port`; the button's verb is `submit`.
 */
export function formReply(
  input: CardIds & {
    readonly locale: Locale;
    readonly known: Known;
    readonly needs: Needs;
    readonly machines: readonly Machine[];
    readonly total?: number;
    readonly pick?: 'source' | 'destination';
    /** Why it is asked. */
    readonly problem?: Problem;
    readonly about?: About;
    /** A sentence that names a machine, for one that the list does not hold. */
    readonly example?: string;
    /** Words of its own, for a form that asks for nothing but a yes. */
    readonly confirm?: { readonly title: string; readonly text: string; readonly button: string };
  },
): Reply {
  const { locale, needs, confirm, about = 'check', pick = needs.source ? 'source' : 'destination' } = input;
  const ask = about === 'machine' ? 'formMachine' : pick === 'source' ? 'form' : 'formDestination';
  const summary = about === 'question' && input.problem ? problemWords(input.problem, locale).what : confirm?.title;
  const shown = clip(summary ?? say(locale, `card.summary.${ask}`), 300);
  const run = confirm?.button ?? say(locale, about === 'check' ? 'card.button.run' : 'card.button.goOn');
  return {
    card: 'source-form',
    summary: shown,
    data: {
      ...formData({ ...input, role: pick, about }),
      lang: locale,
      summary: shown,
      buttons: [button('submit', run, input)],
    },
  };
}

function formData(input: {
  readonly known: Known;
  readonly machines: readonly Machine[];
  readonly total?: number;
  readonly role: 'source' | 'destination';
  readonly needs: Needs;
  readonly problem?: Problem;
  readonly about: About;
  readonly example?: string;
  readonly confirm?: { readonly title: string; readonly text: string };
  readonly locale: Locale;
}): JsonObject {
  const { known, machines, role, needs, locale, about, confirm } = input;
  const choices = choicesOf(machines);
  const total = input.total ?? machines.length;
  const hidden = total - choices.length;
  const field = (id: 'source' | 'destination', missing: boolean) => {
    const isList = missing && role === id && machines.length > 0;
    return {
      [`${id}List`]: isList ? [listField(about === 'machine' ? 'machine' : id, choices, locale)] : [],
      [`${id}Text`]: missing && !isList ? [textField(id, locale)] : [],
    };
  };
  const words = input.problem && problemWords(input.problem, locale);
  const to = known.destinations.map(printPlace).join(', ');
  const values = { destination: clip(to, 60) || 'db0', port: known.ports[0] ?? 443 };
  const example = input.example ?? say(locale, 'card.form.example', values);
  const title = say(locale, input.problem?.code === 'VM_AMBIGUOUS' ? 'card.form.titleAmbiguous' : 'card.form.title');
  const intro = confirm ? confirm.text : words && [words.what, words.why].filter((text) => text !== '').join(' ');
  return {
    title: confirm?.title ?? title,
    intro: intro ? [{ text: intro }] : [],
    known: knownRows(known, locale),
    ...field('source', needs.source),
    ...field('destination', needs.destination),
    port: needs.port
      ? [{ ...labels('card.form.portField', 'card.form.portPlaceholder', 'card.form.portMissing', locale) }]
      : [],
    notes: hidden > 0 ? [{ text: say(locale, 'card.form.hidden', { shown: choices.length, total, example }) }] : [],
  };
}

/** Choices by name; a title shows what tells two of the same name apart. Those that fit no message are left out from the end. */
function choicesOf(machines: readonly Machine[]): JsonObject[] {
  const sorted = [...machines].sort(byName);
  const choices: JsonObject[] = [];
  let bytes = 0;
  for (const machine of sorted) {
    const choice = { title: choiceTitle(machine, sorted), value: machine.resourceId };
    bytes += Buffer.byteLength(JSON.stringify(choice)) + choiceBytes;
    if (bytes > choicesBytes) break;
    choices.push(choice);
  }
  return choices;
}

function choiceTitle(machine: Machine, all: readonly Machine[]): string {
  const place = [clip(machine.group, 60), machine.region];
  const severalSubscriptions = all.some((other) => other.subscriptionId !== machine.subscriptionId);
  if (severalSubscriptions) place.push(machine.subscriptionId);
  return `${clip(machine.name, 64)} (${place.join(', ')})`;
}

/** A few choices are shown open, so that their long names wrap; many get a box that filters as one types. */
function listField(id: 'source' | 'destination' | 'machine', choices: JsonObject[], locale: Locale): JsonObject {
  const style = choices.length <= 5 ? 'expanded' : choices.length <= 12 ? 'compact' : 'filtered';
  return {
    ...labels(`card.form.${id}`, `card.form.${id}Placeholder`, `card.form.${id}Missing`, locale),
    style,
    choices,
  };
}

function textField(id: 'source' | 'destination', locale: Locale): JsonObject {
  const placeholder = id === 'source' ? 'card.form.sourceTextPlaceholder' : 'card.form.destinationPlaceholder';
  return labels(`card.form.${id}`, placeholder, `card.form.${id}Missing`, locale);
}

function labels(label: MessageKey, placeholder: MessageKey, error: MessageKey, locale: Locale): JsonObject {
  return { label: say(locale, label), placeholder: say(locale, placeholder), error: say(locale, error) };
}

function knownRows(known: Known, locale: Locale): JsonObject[] {
  const rows: [MessageKey, string][] = [
    ['card.form.from', known.sources.map(printPlace).join(', ')],
    ['card.form.to', known.destinations.map(printPlace).join(', ')],
    ['card.form.port', known.ports.join(', ')],
    ['card.form.protocol', known.protocol?.toUpperCase() ?? ''],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => ({ label: say(locale, label), text: clip(text, 200) }));
}

function printPlace(place: Endpoint): string {
  return place.kind === 'tag' ? `${place.key}=${place.value}` : targetText(place);
}
