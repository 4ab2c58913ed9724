import type { Json, JsonObject } from '../core/json.ts';
import { clip } from './card-parts.ts';

/** What a template puts around the data, in bytes: the whole frame, each item of any list, and more for each of the long list `rows`. */
export type Weights = {
  readonly frame: number;
  readonly item: number;
  readonly rows?: { readonly key: string; readonly bytes: number };
};

const budgetBytes = 24_000;

export type CardData = JsonObject & { readonly summary: string };

/**
 * The card drawn at the first of the levels, each shorter than the one before, at which it fits into 24 KB. Should it fit at
 * none, the last one with every text cut to 40 characters; what buttons and links carry stays whole.
 */
export function fitCard<Level>(
  levels: readonly [Level, ...Level[]],
  draw: (level: Level) => CardData,
  weights: Weights,
): CardData {
  let data = draw(levels[0]);
  for (const level of levels.slice(1)) {
    if (weigh(data, weights) <= budgetBytes) return data;
    data = draw(level);
  }
  return weigh(data, weights) <= budgetBytes ? data : { ...shorten(data, 40), summary: data.summary };
}

function weigh(data: CardData, { frame, item, rows }: Weights): number {
  const items = (value: Json | undefined): number => {
    if (Array.isArray(value)) return value.reduce<number>((sum, each) => sum + item + items(each), 0);
    return isObject(value) ? Object.values(value).reduce<number>((sum, each) => sum + items(each), 0) : 0;
  };
  const long = rows && data[rows.key];
  const rowBytes = Array.isArray(long) && rows ? long.length * rows.bytes : 0;
  const spoken = 3 * Buffer.byteLength(data.summary);
  // The renderer pulls `${` apart, which makes it longer.
  return frame + rowBytes + items(data) + spoken + Buffer.byteLength(JSON.stringify(data).replaceAll('${', '$ {'));
}

const whole = new Set(['buttons', 'links', 'simulated', 'style', 'icon', 'color', 'at', 'since', 'summary', 'lang']);

function shorten(data: JsonObject, most: number): JsonObject {
  const cut = (value: Json | undefined): Json | undefined => {
    if (typeof value === 'string') return clip(value, most);
    if (Array.isArray(value)) return value.map((item) => cut(item) ?? '');
    return isObject(value) ? shorten(value, most) : value;
  };
  return Object.fromEntries(Object.entries(data).map(([key, value]) => [key, whole.has(key) ? value : cut(value)]));
}

function isObject(value: Json | undefined): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
