import type { Locale, Requester } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import { say } from '../../language/say.ts';
import { askedByLine, clip, durationText } from '../card-parts.ts';
import type { Shared } from './outcome.ts';

/** For whom the answer is and, where it was another job's, whose. */
export function askedLine(askedBy: Requester, shared: Shared | undefined, locale: Locale): JsonObject[] {
  const own = askedByLine(askedBy, locale);
  if (!shared) return own;
  const values = { ago: durationText(shared.agoMs, locale), name: clip(shared.by ?? '', 64) };
  const text = say(locale, `card.${shared.kind}.${shared.by ? 'by' : 'colleague'}`, values);
  return [{ text: [...own.map((line) => line.text), text].join(' · ') }];
}
