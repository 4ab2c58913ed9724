import type { Locale } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { PathHop } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import { clip, latencyText, unbroken } from '../card-parts.ts';
import { hopKind } from '../hop-kind.ts';

/**
 * The path as rows: each hop, after it the break where there is one, and a row in place of hops that are left out. With more hops
 * than `most`, the ends and the surroundings of the break stay.
 */
export function pathRows(path: readonly PathHop[], most: number, locale: Locale): JsonObject[] {
  const breaks = path.findIndex((hop) => hop.brokenAfter || hop.broken);
  const keep = kept(path.length, most, breaks);
  const rows: JsonObject[] = [];
  let hidden = 0;
  for (const [index, hop] of path.entries()) {
    if (!keep.has(index)) {
      hidden += 1;
      if (keep.has(index + 1)) {
        rows.push(row({ hidden: [{ text: say(locale, 'card.path.hidden', { count: hidden }) }] }));
        hidden = 0;
      }
      continue;
    }
    const next = path[index + 1];
    const isReached = breaks < 0 || index <= breaks;
    rows.push(row({ hop: [hopRow(hop, isReached, locale)] }));
    if (hop.brokenAfter || hop.broken) rows.push(row({ broken: [{ text: breakText(hop, next, locale) }] }));
  }
  return rows;
}

function row(part: { hop?: JsonObject[]; broken?: JsonObject[]; hidden?: JsonObject[] }): JsonObject {
  return { hop: [], broken: [], hidden: [], ...part };
}

function hopRow(hop: PathHop, isReached: boolean, locale: Locale): JsonObject {
  const { icon, word } = hopKind(hop.type, locale);
  const name = clip(hop.name || hop.address || word, 80);
  const facts = [word, hop.address && hop.address !== hop.name ? clip(hop.address, 60) : ''];
  if (!isReached) facts.push(say(locale, 'card.path.notReached'));
  const issues = [...new Set(hop.issues.map((issue) => clip(issue.type, 60)))].slice(0, 4);
  return {
    icon,
    kind: word,
    name,
    facts: facts.filter((fact) => fact && fact !== name).join(' · '),
    issues: issues.length > 0 ? [{ text: issues.join(', ') }] : [],
    trip: hop.roundTripMs === undefined ? [] : [{ text: `↓${unbroken}${latencyText(hop.roundTripMs)}` }],
  };
}

function breakText(hop: PathHop, next: PathHop | undefined, locale: Locale): string {
  const from = clip(hop.name || hop.address || hop.type, 48);
  if (hop.broken && !hop.brokenAfter) return say(locale, 'card.path.brokenHere', { at: from });
  if (!next) return say(locale, 'card.path.brokenAtEnd', { from });
  return say(locale, 'card.path.broken', { from, to: clip(next.name || next.address || next.type, 48) });
}

function kept(length: number, most: number, breaks: number): ReadonlySet<number> {
  if (length <= most) return new Set(Array.from({ length }, (_, index) => index));
  const wanted = [0, length - 1, breaks, breaks + 1, breaks - 1];
  for (let step = 1; step < length; step += 1) wanted.push(step, length - 1 - step);
  const keep = new Set<number>();
  for (const index of wanted) {
    if (keep.size < most && index >= 0 && index < length) keep.add(index);
  }
  return keep;
}
