import type { Locale } from '../../core/chat.ts';
import { addressesOf, destinationName, type Question } from '../../core/check.ts';
import type { JsonObject } from '../../core/json.ts';
import { clip, unbroken } from '../card-parts.ts';

/** What was understood, in one line: `app0 (ContosoRG, westcentralus) → db0 10.1.4.4 TCP 80`. */
export function questionText(question: Question, _locale: Locale): string {
  const { source, place, destination, detail } = questionParts(question);
  return `${source} ${place} → ${destination} ${detail}`.replaceAll(unbroken, ' ').trim();
}

/** Both ends in few words, for a notification: `app0` and `db0:80`. */
export function questionEnds(question: Question): { readonly from: string; readonly to: string } {
  const to = clip(destinationName(question), 80);
  const port = question.port === undefined || question.destination.kind === 'url' ? '' : `:${question.port}`;
  return { from: clip(question.source.name, 64), to: port && to.includes(':') ? `[${to}]${port}` : `${to}${port}` };
}

/** The same line in the pieces that a card sets apart. */
export function questionParts(question: Question) {
  const { source, destination, port, protocol, ipVersion } = question;
  const address = destination.kind === 'vm' ? (addressesOf(destination.machine)[0] ?? '') : '';
  const asked = [protocol.toUpperCase(), port ?? ''].filter((part) => part !== '').join(unbroken);
  const detail = [address, asked, ipVersion ?? ''].filter((part) => part !== '');
  return {
    source: clip(source.name, 64),
    place: `(${clip(source.group, 48)}, ${clip(source.region, 32)})`,
    destination: clip(destinationName(question), 200),
    detail: detail.join(' '),
  } satisfies JsonObject;
}
