import { distance } from 'fastest-levenshtein';
import { z } from 'zod';
import { type Prefix, readPoint, readPrefix } from './address.ts';
import { type Complaint, isGiven } from './problems.ts';
import type { Limit, Limits, Rule } from './rule.ts';

/** The grants file as written. `docs/grants.md` explains it to those who review one. */

const leastOne = { error: 'the list is empty; name at least one' };

const id = z
  .string({ error: 'an id is text: put it in quotes' })
  .regex(/^\S+$/, { error: 'is not an id: ids have no spaces' })
  .transform((text) => text.toLowerCase());

const person = id.refine((text) => !text.includes('@'), {
  error: 'people are granted by their object id, not by name or address',
});

const ids = z.array(id, { error: 'give a list of ids' }).transform((list) => new Set(list));
const people = z.array(person, { error: 'give a list of ids' }).transform((list) => new Set(list));

const prefix = z.string({ error: 'a prefix is text, such as 10.1.0.0/16' }).transform((text, context): Prefix => {
  const reading = readPrefix(text);
  if ('prefix' in reading) return reading.prefix;
  context.addIssue({ code: 'custom', message: reading.why });
  return z.NEVER;
});

const host = z.string({ error: 'a host name is text' }).transform((text, context) => {
  const below = text.startsWith('*.');
  const point = readPoint(below ? text.slice(2) : text);
  if (point.kind === 'name' && !point.name.includes('*') && (!below || point.name.includes('.'))) {
    return below ? `*.${point.name}` : point.name;
  }
  const why =
    point.kind === 'address'
      ? 'is an address: list it under addresses'
      : 'is not a host name, or *. and a name with a dot';
  context.addIssue({ code: 'custom', message: `"${text}" ${why}` });
  return z.NEVER;
});

const portNumber = z
  .int({ error: 'a port is a number from 1 to 65535, or a range such as 8000-8100' })
  .min(1)
  .max(65535);
const port = z.union(
  [
    portNumber.transform((number) => ({ from: number, to: number })),
    z
      .string()
      .regex(/^\d{1,5}-\d{1,5}$/)
      .transform((text) => {
        const [from, to] = text.split('-').map(Number);
        return { from: from ?? 0, to: to ?? 0 };
      })
      .refine(({ from, to }) => from >= 1 && from <= to && to <= 65535, {
        error: 'a range goes from the lower port to the higher, within 1 to 65535',
      }),
  ],
  { error: 'a port is a number from 1 to 65535, or a range such as 8000-8100' },
);

const scopeShape = {
  subscription: id.optional(),
  group: id.optional(),
  tags: z
    .record(z.string(), z.string({ error: 'a tag value is text: put it in quotes' }), {
      error: 'give tags as name: value',
    })
    .optional(),
};
const scope = z
  .strictObject(scopeShape)
  .refine((one) => Object.keys(one).length > 0 && (one.tags === undefined || Object.keys(one.tags).length > 0), {
    error: 'names nothing; write machines: all where every machine is meant',
  })
  .refine((one) => one.group === undefined || one.subscription !== undefined, {
    error: 'a group needs its subscription: names repeat across subscriptions',
  })
  .transform(({ subscription, group, tags }) => ({
    ...(subscription !== undefined && { subscription }),
    ...(group !== undefined && { group }),
    tags: Object.entries(tags ?? {}).map(([name, value]) => [name.toLowerCase(), value] as const),
  }));

const destinationsShape = {
  vnets: z.boolean({ error: 'write true or false' }).default(false),
  internet: z.boolean({ error: 'write true or false' }).default(false),
  addresses: z.array(prefix, { error: 'give a list of addresses and prefixes' }).default([]),
  hosts: z.array(host, { error: 'give a list of host names' }).default([]),
  ports: z.union([z.literal('any'), z.array(port).min(1, leastOne)], {
    error: 'write any, or a list of ports and ranges',
  }),
};

const placesShape = {
  personal: z.boolean({ error: 'write true or false' }).default(false),
  teams: ids.prefault([]),
  channels: ids.prefault([]),
  chats: ids.prefault([]),
};
const places = z
  .strictObject(placesShape)
  .refine((one) => one.personal || one.teams.size + one.channels.size + one.chats.size > 0, {
    error: 'names no place; write where: anywhere where every place is meant',
  });

const figure = z
  .int({ error: 'a limit is a whole number from 1' })
  .min(1, { error: 'a limit is a whole number from 1' });
const limitShape = { perMinute: figure.optional(), inFlight: figure.optional() };
const limit = z.strictObject(limitShape);
const ratesShape = { person: limit.optional(), channel: limit.optional(), subscription: limit.optional() };
const rates = z.strictObject(ratesShape);

const ruleShape = {
  name: z
    .string({ error: 'give the name that decisions will mention' })
    .trim()
    .regex(/^[^\p{C}]{1,80}$/u, { error: 'a name has 1 to 80 characters' })
    .refine((name) => !/^(?:never|built-in):|^deny by default$|^tenants$/i.test(name), {
      error: 'this name is one of the built-in rules',
    }),
  tenants: ids.optional(),
  who: z.union([z.literal('anyone'), people.refine(({ size }) => size > 0, leastOne)], {
    error: 'write anyone, or a list of ids',
  }),
  where: z.union([z.literal('anywhere'), places], {
    error: 'write anywhere, or name personal, teams, channels or chats',
  }),
  commands: z.union([z.literal('all'), z.array(id).min(1, leastOne)], { error: 'write all, or a list of commands' }),
  machines: z.union([z.literal('all'), z.literal('none'), z.array(scope).min(1, leastOne)], {
    error: 'write all, none, or a list of subscriptions, groups and tags',
  }),
  destinations: z.strictObject(destinationsShape).optional(),
  rates: rates.optional(),
};

const fileShape = {
  tenants: ids.refine(({ size }) => size > 0, { error: 'name at least one tenant' }),
  operators: people.prefault([]),
  rates: rates.optional(),
  rules: z.array(z.strictObject(ruleShape, { error: 'give name, who, where, commands and machines' }), {
    error: 'give a list of rules',
  }),
};
const grantsFile = z.strictObject(fileShape, { error: 'give tenants and rules' });

/** The keys of each place of the file, list positions left out. */
const keysAt: Readonly<Record<string, readonly string[]>> = {
  '': Object.keys(fileShape),
  rules: Object.keys(ruleShape),
  'rules.where': Object.keys(placesShape),
  'rules.machines': Object.keys(scopeShape),
  'rules.destinations': Object.keys(destinationsShape),
  ...Object.fromEntries(['rates', 'rules.rates'].map((path) => [path, Object.keys(ratesShape)])),
  ...Object.fromEntries(
    ['rates', 'rules.rates'].flatMap((path) =>
      Object.keys(ratesShape).map((of) => [`${path}.${of}`, Object.keys(limitShape)]),
    ),
  ),
};

/** What holds where the file sets no rates: enough for people at work, too little for a scan. */
const ordinary: Limits = {
  person: { perMinute: 10, inFlight: 5 },
  channel: { perMinute: 30, inFlight: 20 },
  subscription: { perMinute: 60, inFlight: 50 },
};

export type FileContent = {
  readonly tenants: ReadonlySet<string>;
  readonly operators: ReadonlySet<string>;
  readonly rules: readonly Rule[];
  readonly limits: Limits;
};

type Reading =
  | { readonly ok: true; readonly content: FileContent }
  | { readonly ok: false; readonly complaints: readonly Complaint[] };

export function readFile(content: unknown, commands: readonly string[] | undefined): Reading {
  const unknown = [...findUnknownCommands(content, commands), ...findForeignTenants(content)];
  const parsed = grantsFile.safeParse(content);
  if (!parsed.success || unknown.length > 0) {
    return {
      ok: false,
      complaints: [...unknown, ...(parsed.error?.issues ?? []).flatMap((issue) => complain(issue, [], content))],
    };
  }
  const { tenants, operators, rules } = parsed.data;
  const limits = withLimits(parsed.data.rates, ordinary);
  return {
    ok: true,
    content: {
      tenants,
      operators,
      limits,
      rules: rules.map(
        ({ rates: own, tenants: only, destinations, commands: granted, machines, ...rule }): Rule => ({
          ...rule,
          ...(only && { tenants: only }),
          commands: granted === 'all' ? granted : new Set(granted),
          machines: machines === 'none' ? [] : machines,
          ...(destinations && { destinations }),
          limits: withLimits(own, limits),
        }),
      ),
    },
  };
}

function withLimits(own: z.infer<typeof rates> | undefined, general: Limits): Limits {
  const merge = (of: keyof Limits): Limit => {
    const { perMinute = general[of].perMinute, inFlight = general[of].inFlight } = own?.[of] ?? {};
    return { ...(perMinute !== undefined && { perMinute }), ...(inFlight !== undefined && { inFlight }) };
  };
  return { person: merge('person'), channel: merge('channel'), subscription: merge('subscription') };
}

type Issue = z.core.$ZodIssue;

function complain(issue: Issue, base: readonly PropertyKey[], content: unknown): readonly Complaint[] {
  const path = [...base, ...issue.path].filter((part) => typeof part !== 'symbol');
  if (issue.code === 'unrecognized_keys') {
    const known = keysAt[path.filter((part) => typeof part === 'string').join('.')] ?? [];
    return issue.keys.map((key) => ({ path: [...path, key], message: unknownKey(key, known), at: 'key' as const }));
  }
  if (issue.code === 'invalid_union') {
    const inner = issue.errors.find(
      (branch) =>
        branch.length > 0 &&
        branch.every((each) => each.path.length > 0 || each.code === 'unrecognized_keys' || each.code === 'custom'),
    );
    if (inner) return inner.flatMap((each) => complain(each, path, content));
  }
  const key = path.at(-1);
  if (typeof key === 'string' && !isGiven(content, path))
    return [{ path, message: `"${key}" is missing: ${issue.message}` }];
  return [{ path, message: typeof key === 'string' ? `"${key}": ${issue.message}` : issue.message }];
}

function unknownKey(key: string, known: readonly string[]): string {
  const near = nearestOf(key, known);
  return `"${key}" is not known here${near ? `; did you mean "${near}"?` : `; known are ${known.join(', ')}`}`;
}

function nearestOf(word: string, known: readonly string[]): string | undefined {
  const reach = word.length < 4 ? 1 : word.length < 8 ? 2 : 3;
  return known
    .map((each) => ({ each, far: distance(word.toLowerCase(), each.toLowerCase()) }))
    .filter(({ far }) => far <= reach)
    .sort((a, b) => a.far - b.far)[0]?.each;
}

/** The rest looks at raw content, so that it is said along with what the schema finds. */
const loose = z.object({
  tenants: z.array(z.unknown()).catch([]),
  rules: z
    .array(
      z
        .object({ commands: z.array(z.unknown()).catch([]), tenants: z.array(z.unknown()).catch([]) })
        .catch({ commands: [], tenants: [] }),
    )
    .catch([]),
});

function findUnknownCommands(content: unknown, commands: readonly string[] | undefined): readonly Complaint[] {
  if (!commands) return [];
  const known = new Set(commands.map((name) => name.toLowerCase()));
  return (loose.safeParse(content).data?.rules ?? []).flatMap(({ commands: granted }, rule) =>
    granted.flatMap((name, index) => {
      if (typeof name !== 'string' || known.has(name.toLowerCase())) return [];
      const near = nearestOf(name, commands);
      const hint = near ? `did you mean "${near}"?` : `commands are ${commands.join(', ')}`;
      return [{ path: ['rules', rule, 'commands', index], message: `"${name}" is not a command; ${hint}` }];
    }),
  );
}

function findForeignTenants(content: unknown): readonly Complaint[] {
  const { tenants, rules } = loose.safeParse(content).data ?? { tenants: [], rules: [] };
  const served = new Set(tenants.map((each) => String(each).toLowerCase()));
  return rules.flatMap((rule, index) =>
    rule.tenants.flatMap((each, position) =>
      served.has(String(each).toLowerCase())
        ? []
        : [
            {
              path: ['rules', index, 'tenants', position],
              message: `"${String(each)}" is not among the file's tenants`,
            },
          ],
    ),
  );
}
