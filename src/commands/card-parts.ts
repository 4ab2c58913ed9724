import type { Locale, Requester } from '../core/chat.ts';
import type { JsonObject } from '../core/json.ts';
import { say } from '../language/say.ts';

/** What a button of a card sends back: enough to find the job, and nothing that anyone could forge to some use. */
export type CardIds = { readonly jobId: string; readonly nonce: string };

export function button(verb: string, title: string, ids: CardIds): JsonObject {
  return { verb, title: clip(title, 60), jobId: ids.jobId, nonce: ids.nonce };
}

/** One button for each suggestion; its verb says which: `suggest-0`, `suggest-1`, … in the order of the problem's list. */
export function suggestionButtons(suggestions: readonly string[], ids: CardIds): JsonObject[] {
  return suggestions.slice(0, 4).map((suggestion, index) => button(`suggest-${index}`, suggestion, ids));
}

/** At most `most` characters, the last one an ellipsis where something was cut. */
export function clip(text: string, most: number): string {
  if (text.length <= most) return text;
  const characters = [...text];
  return characters.length <= most ? text : `${characters.slice(0, most - 1).join('')}…`;
}

/** A blank at which no line breaks. */
export const unbroken = '\u00a0';

/** For `{{DATE()}}` and `{{TIME()}}`, which understand whole seconds only. */
export function clientTime(iso: string): string {
  const date = new Date(iso);
  if (Number.isNaN(date.getTime())) throw new Error(`"${clip(iso, 40)}" is not a time`);
  return `${date.toISOString().slice(0, 19)}Z`;
}

/** Numbers stay on one line with their units. */
export function durationText(ms: number, locale: Locale): string {
  const seconds = Math.round(ms / 1000);
  const text =
    ms < 1000
      ? say(locale, 'card.duration.ms', { ms: Math.round(ms) })
      : seconds < 60
        ? say(locale, 'card.duration.s', { seconds })
        : say(locale, 'card.duration.min', { minutes: Math.floor(seconds / 60), seconds: seconds % 60 });
  return text.replaceAll(' ', unbroken);
}

/** A round trip or latency. Zero is a value. */
export function latencyText(ms: number): string {
  return `${Math.round(ms * 10) / 10}${unbroken}ms`;
}

const armId = /^\/subscriptions\/[\w-]+(?:\/resourceGroups\/[\w.()-]+)?\/providers\/[\w.]+(?:\/\w+\/[\w.()-]+)+$/i;

/** Type and name of the resource that an ARM id names; undefined for anything that does not look like one. */
export function resourceOf(id: string | undefined): { id: string; type: string; name: string } | undefined {
  if (!id || id.length > 1024 || !armId.test(id) || id.split('/').some((part) => /^\.+$/.test(part))) return undefined;
  const whole = id.replace(/\/ipConfigurations\/[^/]+$/i, '');
  const [type = '', name = ''] = whole.split('/').slice(-2);
  return { id: whole, type, name };
}

/**
 * Links to resources in the portal, without repeats. `portal` is the cloud's portal, `https://portal.azure.com`; an empty one
 * means that these resources are in no portal, and gives no links.
 */
export function portalLinks(portal: string, ids: readonly (string | undefined)[], locale: Locale): JsonObject[] {
  const host = /^(?:https:\/\/)?([a-z0-9.-]+(?::\d+)?)\/?$/i.exec(portal)?.[1];
  if (!host) return [];
  const links = new Map<string, JsonObject>();
  for (const id of ids) {
    const resource = resourceOf(id);
    if (!resource || links.has(resource.id.toLowerCase())) continue;
    links.set(resource.id.toLowerCase(), {
      title: say(locale, 'card.link.resource', { name: clip(resource.name, 24) }),
      url: `https://${host}/#@/resource${resource.id}`,
    });
  }
  return [...links.values()];
}

/** The mark on everything that did not come from a real network. */
export function badge(simulated: boolean, locale: Locale): JsonObject[] {
  return simulated ? [{ text: say(locale, 'card.simulated.badge') }] : [];
}

export function askedByLine(askedBy: Requester, locale: Locale): JsonObject[] {
  return askedBy.name ? [{ text: say(locale, 'card.askedBy', { name: clip(askedBy.name, 64) }) }] : [];
}
