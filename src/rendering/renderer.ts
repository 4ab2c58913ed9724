import { readdirSync, readFileSync } from 'node:fs';
import { setImmediate as turn } from 'node:timers/promises';
import { pathToFileURL } from 'node:url';
import type { Reply } from '../core/chat.ts';
import type { Json, JsonObject } from '../core/json.ts';
import { cleanText, escapeMarkdown } from './escape.ts';
import { type CheckedTemplate, createTemplate, isObject } from './template.ts';

/** A finished Adaptive Card 1.5, ready to be attached to a message. */
export type AdaptiveCard = JsonObject;

export type Renderer = {
  /** Names of the templates, as `Reply.card` uses them. */
  readonly templates: readonly string[];
  /**
   * Draws a reply. All text of the data is cleaned, and escaped where a client reads Markdown, so callers pass names as they
   * are. The same object is drawn once, and gives the same card: neither is changed by anybody. Throws on an unknown template, on data that does not fit it, on a link that is not https, and on a card over the
   * budget: all four are mistakes of ours, never of the person who asked.
   */
  render(reply: Reply): AdaptiveCard;
  /**
   * Compiles all templates, one a turn of the event loop: some 200 ms that a start need not wait for. What is not compiled yet is
   * compiled when it is first drawn.
   */
  warm(): Promise<void>;
};

/**
 * UTF-8 bytes of a card's JSON. Teams counts a message in UTF-16 and refuses it at about 100 KB; as no character takes more
 * UTF-16 bytes than twice its UTF-8 bytes, a card within this budget is within 48 KB there.
 */
export const cardBudgetBytes = 24 * 1024;

/** Reads and checks every template of the folder; one that is not sound stops the start. Icons are `icons/<name>.png`. */
export function createRenderer(cardsFolder: URL | string): Renderer {
  const path = typeof cardsFolder === 'string' ? pathToFileURL(cardsFolder).href : cardsFolder.href;
  const folder = new URL(`${path.replace(/\/+$/, '')}/`);
  const icons = readIcons(new URL('icons/', folder));
  const templates = new Map<string, CheckedTemplate>();
  for (const file of readdirSync(folder).sort()) {
    const name = /^([a-z-]+)\.json$/.exec(file)?.[1];
    if (name) templates.set(name, createTemplate(name, JSON.parse(readFileSync(new URL(file, folder), 'utf8'))));
  }
  const drawn = new WeakMap<Reply, AdaptiveCard>();
  const draw = (reply: Reply): AdaptiveCard => {
    const template = templates.get(reply.card);
    if (!template) throw new Error(`There is no template cards/${reply.card}.json`);
    const expanded = template.expand(cleanData(reply.data));
    const card = finish(expanded, { icons, mentions: mentionsOf(expanded) });
    if (!isObject(card)) throw new Error(`cards/${reply.card}.json does not give a card`);
    const bytes = Buffer.byteLength(JSON.stringify(card));
    if (bytes > cardBudgetBytes) {
      throw new Error(`cards/${reply.card}.json: ${bytes} bytes, over the budget of ${cardBudgetBytes}`);
    }
    drawn.set(reply, card);
    return card;
  };
  return {
    templates: [...templates.keys()],
    render: (reply) => drawn.get(reply) ?? draw(reply),
    async warm() {
      for (const template of templates.values()) {
        await turn();
        template.compile();
      }
    },
  };
}

function readIcons(folder: URL): ReadonlyMap<string, string> {
  return new Map(
    readdirSync(folder)
      .filter((file) => file.endsWith('.png'))
      .map((file) => [
        `icon:${file.slice(0, -'.png'.length)}`,
        `data:image/png;base64,${readFileSync(new URL(file, folder)).toString('base64')}`,
      ]),
  );
}

function cleanData(data: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(data)
      .filter(([, value]) => value !== undefined && value !== null)
      .map(([key, value]) => [key, cleanValue(value)]),
  );
}

function cleanValue(value: Json | undefined): Json | undefined {
  if (typeof value === 'string') return cleanText(value);
  if (typeof value === 'number') return String(value);
  if (Array.isArray(value)) return value.filter((item) => item !== null).map((item) => cleanValue(item) ?? '');
  return isObject(value) ? cleanData(value) : value;
}

const clientTime = /(\{\{(?:DATE|TIME)\(\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ(?:, (?:COMPACT|SHORT|LONG))?\)\}\})/;

/**
 * Markdown escaped, but for the times which the viewer's own client writes, those only templates can contain, and for the
 * mentions that the card declares.
 */
function escapeBlock(text: string, mentions: ReadonlySet<string>): string {
  return text
    .split(clientTime)
    .flatMap((part) => part.split(mention))
    .map((part) => (clientTime.test(part) || mentions.has(part) ? part : escapeMarkdown(part)))
    .join('');
}

const mention = /(<at>[^<>]+<\/at>)/;

/** The texts of the card's own mentions, which Teams finds again in its text blocks. */
function mentionsOf(card: Json): ReadonlySet<string> {
  const teams = isObject(card) ? card.msteams : undefined;
  const entities = isObject(teams) && Array.isArray(teams.entities) ? teams.entities : [];
  return new Set(
    entities.flatMap((entity) => (isObject(entity) && typeof entity.text === 'string' ? [entity.text] : [])),
  );
}

type Surroundings = { readonly icons: ReadonlyMap<string, string>; readonly mentions: ReadonlySet<string> };

/** What depends on the place a text ends up in: escaping by element, icons by name, links only over https. */
function finish(node: Json | undefined, around: Surroundings): Json {
  if (Array.isArray(node)) return node.map((item) => finish(item, around));
  if (!isObject(node)) return node ?? null;
  const done: Record<string, Json> = {};
  for (const [key, value] of Object.entries(node)) {
    if (typeof value !== 'string') done[key] = finish(value, around);
    else done[key] = isChartValue(node, key) ? Number(value) : finishText(node, key, value, around);
  }
  return done;
}

/** A point of a chart; the one place of a card where a number has to be a number. */
function isChartValue(node: JsonObject, key: string): boolean {
  return key === 'y' && 'x' in node;
}

function finishText(node: JsonObject, key: string, value: string, { icons, mentions }: Surroundings): string {
  if (node.type === 'TextBlock' && key === 'text') return escapeBlock(value, mentions);
  if (key === 'fallbackText') return escapeMarkdown(value);
  if (key === 'speak') return value.replace(/[<>&]/g, ' ');
  if (node.type === 'Image' && key === 'url') {
    const icon = icons.get(value);
    if (!icon) throw new Error(`There is no icon "${value}"`);
    return icon;
  }
  if (node.type === 'Action.OpenUrl' && key === 'url' && !value.startsWith('https://')) {
    throw new Error(`A card links to ${value.slice(0, 80)}, which is not https`);
  }
  return value;
}
