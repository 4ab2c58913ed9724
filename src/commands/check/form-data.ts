import type { Locale } from '../../core/chat.ts';
import type { Machine, Target } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { JsonObject } from '../../core/json.ts';
import { type MessageKey, say } from '../../language/say.ts';
import { clip } from '../card-parts.ts';
import { problemWords } from '../replies.ts';
import type { Needs } from './outcome.ts';
import type { CheckRequest } from './request.ts';

/** What the choices of one list may weigh together, and what the template puts around each. */
const choicesBytes = 15_000;
const choiceBytes = 24;

export function formData(input: {
  readonly known: CheckRequest;
  readonly machines: readonly Machine[];
  readonly role: 'source' | 'destination';
  readonly needs: Needs;
  readonly problem?: Problem;
  readonly locale: Locale;
}): JsonObject {
  const { known, machines, role, needs, locale } = input;
  const { choices, hidden } = choicesOf(machines);
  const field = (id: 'source' | 'destination', missing: boolean) => {
    const isList = missing && role === id && machines.length > 0;
    return {
      [`${id}List`]: isList ? [listField(id, choices, locale)] : [],
      [`${id}Text`]: missing && !isList ? [textField(id, locale)] : [],
    };
  };
  const words = input.problem && problemWords(input.problem, locale);
  const to = known.destinations.map(targetText).join(', ');
  const example = say(locale, 'card.form.example', { destination: clip(to, 60) || 'db0', port: known.ports[0] ?? 443 });
  return {
    title: say(locale, input.problem?.code === 'VM_AMBIGUOUS' ? 'card.form.titleAmbiguous' : 'card.form.title'),
    intro: words ? [{ text: [words.what, words.why].filter((text) => text !== '').join(' ') }] : [],
    known: knownRows(known, locale),
    ...field('source', needs.source),
    ...field('destination', needs.destination),
    port: needs.port
      ? [{ ...labels('card.form.portField', 'card.form.portPlaceholder', 'card.form.portMissing', locale) }]
      : [],
    notes:
      hidden > 0
        ? [{ text: say(locale, 'card.form.hidden', { shown: choices.length, total: machines.length, example }) }]
        : [],
  };
}

/** Choices by name; a title shows what tells two of the same name apart. Those that fit no message are left out from the end. */
function choicesOf(machines: readonly Machine[]): { choices: JsonObject[]; hidden: number } {
  const sorted = [...machines].sort((a, b) => a.name.localeCompare(b.name) || a.resourceId.localeCompare(b.resourceId));
  const choices: JsonObject[] = [];
  let bytes = 0;
  for (const machine of sorted) {
    const choice = { title: choiceTitle(machine, sorted), value: machine.resourceId };
    bytes += Buffer.byteLength(JSON.stringify(choice)) + choiceBytes;
    if (bytes > choicesBytes) break;
    choices.push(choice);
  }
  return { choices, hidden: machines.length - choices.length };
}

function choiceTitle(machine: Machine, all: readonly Machine[]): string {
  const place = [clip(machine.group, 60), machine.region];
  const severalSubscriptions = all.some((other) => other.subscriptionId !== machine.subscriptionId);
  if (severalSubscriptions) place.push(machine.subscriptionId);
  return `${clip(machine.name, 64)} (${place.join(', ')})`;
}

/** A few choices are shown open, so that their long names wrap; many get a box that filters as one types. */
function listField(id: 'source' | 'destination', choices: JsonObject[], locale: Locale): JsonObject {
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

function knownRows(known: CheckRequest, locale: Locale): JsonObject[] {
  const rows: [MessageKey, string][] = [
    ['card.form.from', known.sources.map(targetText).join(', ')],
    ['card.form.to', known.destinations.map(targetText).join(', ')],
    ['card.form.port', known.ports.join(', ')],
    ['card.form.protocol', known.protocol?.toUpperCase() ?? ''],
  ];
  return rows
    .filter(([, text]) => text !== '')
    .map(([label, text]) => ({ label: say(locale, label), text: clip(text, 200) }));
}

function targetText(target: Target): string {
  switch (target.kind) {
    case 'vm':
      return target.group ? `${target.group}/${target.name}` : target.name;
    case 'address':
      return target.address;
    case 'host':
      return target.host;
    case 'url':
      return target.url;
  }
}
