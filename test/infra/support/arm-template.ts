import { z } from 'zod';

const Resource = z.looseObject({
  type: z.string(),
  apiVersion: z.string(),
  name: z.string(),
  location: z.string().optional(),
  condition: z.string().optional(),
  dependsOn: z.array(z.string()).default([]),
});

export const Template = z.strictObject({
  $schema: z.url(),
  contentVersion: z.string(),
  parameters: z.record(
    z.string(),
    z.looseObject({
      type: z.string(),
      defaultValue: z.json().optional(),
      metadata: z.object({ description: z.string() }),
    }),
  ),
  variables: z.record(z.string(), z.json()).default({}),
  resources: z.array(Resource),
  outputs: z.record(
    z.string(),
    z.object({ type: z.string(), value: z.string(), metadata: z.object({ description: z.string() }) }),
  ),
});

export type Template = z.infer<typeof Template>;
export type Resource = z.infer<typeof Resource>;

/** A template expression: a text, a number, or a call with what is picked out of its result. */
export type Expression =
  | { readonly kind: 'literal'; readonly value: string | number }
  | {
      readonly kind: 'call';
      readonly name: string;
      readonly arguments: readonly Expression[];
      readonly picked: readonly string[];
    };

/** Reads the inside of `[…]`. Throws on anything that Resource Manager would not take as an expression. */
export function parseExpression(text: string): Expression {
  let at = 0;
  const fail = (what: string): never => {
    throw new Error(`${what} at ${at} of ${text}`);
  };
  const take = (pattern: RegExp): string | undefined => {
    const found = new RegExp(`^\\s*(?:${pattern.source})`).exec(text.slice(at));
    if (!found) return undefined;
    at += found[0].length;
    return found[0].trim();
  };
  const read = (): Expression => {
    const quoted = take(/'(?:[^']|'')*'/);
    if (quoted !== undefined) return { kind: 'literal', value: quoted.slice(1, -1).replaceAll("''", "'") };
    const number = take(/-?\d+/);
    if (number !== undefined) return { kind: 'literal', value: Number(number) };
    const name = take(/[a-zA-Z]\w*/) ?? fail('no expression');
    if (take(/\(/) === undefined) fail(`no call of ${name}`);
    const given: Expression[] = [];
    if (take(/\)/) === undefined) {
      do given.push(read());
      while (take(/,/) !== undefined);
      if (take(/\)/) === undefined) fail('no closing bracket');
    }
    const picked: string[] = [];
    for (let member = take(/\.\w+/); member !== undefined; member = take(/\.\w+/)) picked.push(member.slice(1));
    return { kind: 'call', name, arguments: given, picked };
  };
  const expression = read();
  if (text.slice(at).trim() !== '') fail('more than one expression');
  return expression;
}

/** Every expression in a part of a template, keys of objects included. */
export function expressionsIn(part: unknown): readonly Expression[] {
  if (typeof part === 'string') return /^\[(?!\[).*\]$/s.test(part) ? [parseExpression(part.slice(1, -1))] : [];
  if (Array.isArray(part)) return part.flatMap(expressionsIn);
  if (typeof part !== 'object' || part === null) return [];
  return Object.entries(part).flatMap(([key, value]) => [...expressionsIn(key), ...expressionsIn(value)]);
}

/** The call itself and all calls inside it. */
export function callsIn(expression: Expression): readonly Extract<Expression, { kind: 'call' }>[] {
  return expression.kind === 'literal' ? [] : [expression, ...expression.arguments.flatMap(callsIn)];
}

/** As it would be written; the same for the same expression however it is spaced. */
export function print(expression: Expression): string {
  if (expression.kind === 'literal')
    return typeof expression.value === 'string' ? `'${expression.value}'` : `${expression.value}`;
  const { name, arguments: given, picked } = expression;
  return [`${name}(${given.map(print).join(', ')})`, ...picked].join('.');
}
