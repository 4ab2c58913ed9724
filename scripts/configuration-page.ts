import { z } from 'zod';

export type Schema = Readonly<Record<string, z.ZodType>>;

type Setting = { readonly names: readonly string[]; readonly meaning: string };
type Group = { readonly title: string; readonly settings: readonly Setting[]; readonly note: string };

const intro = `# Configuration

<!-- Written by \`npm run docs\` from the schema in src/config.ts and the comments of .env.example. -->

hopcheck is configured by environment variables alone. An empty variable counts as absent. Wrong values stop the start, all of
them named at once; \`npm run doctor\` says the same without starting. [.env.example](../.env.example) is the same list as a file.

¹ What the example file says; the process itself decides when the variable is absent, as the meaning tells.
`;

/** \`docs/configuration.md\`: meanings from the example file, values and defaults from the schema. Throws where the two differ. */
export function configurationPage(schema: Schema, exampleFile: string): string {
  const { groups, examples } = readExample(exampleFile);
  const documented = [...examples.keys()];
  const missing = Object.keys(schema).filter((name) => !examples.has(name));
  const unknown = documented.filter((name) => !(name in schema));
  if (missing.length > 0) throw new Error(`.env.example does not document ${missing.join(', ')}`);
  if (unknown.length > 0) throw new Error(`.env.example documents what nothing reads: ${unknown.join(', ')}`);
  const sections = groups.map(({ title, settings, note }) => {
    const rows = settings.flatMap(({ names, meaning }) =>
      names.map((name, index) => {
        const { values, otherwise } = describe(name, schema[name], examples.get(name) ?? '');
        return `| \`${name}\` | ${values} | ${otherwise} | ${index === 0 ? cell(meaning) : `See \`${names[0]}\`.`} |`;
      }),
    );
    const table = ['| variable | values | default | meaning |', '| --- | --- | --- | --- |', ...rows].join('\n');
    return [`## ${title}`, ...(rows.length > 0 ? [table] : []), ...(note ? [note] : [])].join('\n\n');
  });
  return `${[intro.trimEnd(), ...sections].join('\n\n')}\n`;
}

function readExample(text: string): { groups: readonly Group[]; examples: ReadonlyMap<string, string> } {
  const groups: { title: string; settings: { names: string[]; meaning: string }[]; note: string }[] = [];
  const examples = new Map<string, string>();
  let comment: string[] = [];
  let follows = false;
  for (const line of text.split('\n')) {
    const title = /^# -{3} (.+?) -+$/.exec(line)?.[1];
    const [, name, value = ''] = /^([A-Za-z_]\w*)=(.*)$/.exec(line) ?? [];
    const group = groups.at(-1);
    if (title !== undefined || line === '') {
      if (group && comment.length > 0) group.note = comment.join(' ');
      comment = [];
      if (title !== undefined) groups.push({ title, settings: [], note: '' });
    } else if (name !== undefined && group) {
      examples.set(name, value);
      const last = group.settings.at(-1);
      if (follows && comment.length === 0 && last) last.names.push(name);
      else group.settings.push({ names: [name], meaning: comment.join(' ') });
      comment = [];
    } else {
      comment.push(line.replace(/^# ?/, ''));
    }
    follows = name !== undefined;
  }
  const last = groups.at(-1);
  if (last && comment.length > 0) last.note = comment.join(' ');
  return { groups, examples };
}

const Shape = z.object({
  type: z.string().optional(),
  enum: z.array(z.string()).optional(),
  format: z.string().optional(),
  minimum: z.number().optional(),
  maximum: z.number().optional(),
  items: z.object({ format: z.string().optional() }).optional(),
  default: z.union([z.string(), z.number()]).optional(),
});

function describe(name: string, schema: z.ZodType | undefined, example: string) {
  if (!schema) throw new Error(`${name} is not in the schema`);
  const shape = Shape.parse(z.toJSONSchema(schema, { io: 'output', unrepresentable: 'any' }));
  if (shape.default !== undefined && String(shape.default) !== example) {
    throw new Error(`${name}: its default is "${shape.default}", but .env.example says "${example}"`);
  }
  const shown = example === '' ? '–' : `\`${example}\``;
  return { values: valuesOf(shape), otherwise: shape.default !== undefined || example === '' ? shown : `${shown} ¹` };
}

function valuesOf({ type, format, items, minimum, maximum, enum: among }: z.infer<typeof Shape>): string {
  if (among) return among.map((value) => `\`${value}\``).join(', ');
  if (type === 'number') return `${minimum} to ${maximum}`;
  if (type === 'array') return items?.format === 'uuid' ? 'GUIDs, separated by commas' : 'several, separated by commas';
  if (format === 'uuid') return 'a GUID';
  return format === 'uri' ? 'a URL' : 'text';
}

function cell(text: string): string {
  const sentence = text.replaceAll('|', '\\|').replace(/[,.]$/, '').concat('.');
  return sentence.charAt(0).toUpperCase() + sentence.slice(1);
}
