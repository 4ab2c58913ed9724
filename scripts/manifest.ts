import { readFile } from 'node:fs/promises';
import { AppManifestUtils } from '@microsoft/app-manifest';
import { PNG } from 'pngjs';
import { z } from 'zod';

export type ManifestSettings = {
  /** The application (client) id of the bot's registration. */
  readonly appId: string;
  /** The host name under which the bot is reached, without a scheme. */
  readonly domain: string;
  /** Three numbers with dots. */
  readonly version: string;
  readonly developer: string;
  readonly websiteUrl: string;
  readonly privacyUrl: string;
  readonly termsUrl: string;
  /** Where people sign in with their own rights. */
  readonly signIn?: {
    /** The application (client) id of the registration that exposes the bot's API: the bot's own, or one beside it. */
    readonly appId: string;
    /** The host of the cloud's token service, on which Teams opens the sign-in page. */
    readonly tokenHost: string;
  };
};

/** A line of the command menu: Teams types the title into the message box, the person sends it. */
export type ManifestCommand = { readonly title: string; readonly description: string };

export type Icons = { readonly color: Buffer; readonly outline: Buffer };

const folder = new URL('../manifest/', import.meta.url);
/** What the menu shows at once; schemas since 1.24 would take twelve. */
export const shownCommands = 10;
const borrowedNames = /\b(?:microsoft|teams|azure|office|outlook|windows|skype)\b/i;

const shape = z.looseObject({
  manifestVersion: z.string(),
  name: z.object({ short: z.string(), full: z.string() }),
  description: z.object({ short: z.string(), full: z.string() }),
  validDomains: z.array(z.string()),
  webApplicationInfo: z.object({ id: z.string(), resource: z.string() }).optional(),
  bots: z.tuple([
    z.looseObject({
      scopes: z.array(z.string()),
      commandLists: z.array(
        z.object({
          scopes: z.array(z.string()),
          commands: z.array(z.object({ title: z.string(), description: z.string() })),
        }),
      ),
    }),
  ]),
});
export type Manifest = z.infer<typeof shape>;

/** `manifest/manifest.json` with its placeholders filled and the commands in each scope's menu. */
export async function manifestFor(settings: ManifestSettings, commands: readonly ManifestCommand[]): Promise<Manifest> {
  const template = await readFile(new URL('manifest.json', folder), 'utf8');
  const { signIn, ...named } = settings;
  const values = new Map<string, string>(Object.entries(named));
  const filled = template.replace(/\{\{(\w+)\}\}/g, (placeholder, name) => {
    const value = values.get(name);
    if (value === undefined) throw new Error(`manifest.json has ${placeholder}, which nothing fills`);
    return JSON.stringify(value).slice(1, -1);
  });
  const manifest = shape.parse(JSON.parse(filled));
  const [bot] = manifest.bots;
  const commandLists = [
    { scopes: bot.scopes, commands: commands.map(({ title, description }) => ({ title, description })) },
  ];
  return {
    ...manifest,
    bots: [{ ...bot, commandLists }],
    ...(signIn && {
      validDomains: [...manifest.validDomains, signIn.tokenHost],
      webApplicationInfo: { id: signIn.appId, resource: `api://${settings.domain}/botid-${signIn.appId}` },
    }),
  };
}

export async function readIcons(): Promise<Icons> {
  const [color, outline] = await Promise.all([
    readFile(new URL('color.png', folder)),
    readFile(new URL('outline.png', folder)),
  ]);
  return { color, outline };
}

/** What Teams would refuse, or a person would stumble over, one sentence each; empty where all is well. Asks no network. */
export async function problemsOf(manifest: Manifest, icons: Icons): Promise<readonly string[]> {
  return [...(await schemaProblems(manifest)), ...ruleProblems(manifest), ...iconProblems(icons)];
}

async function schemaProblems(manifest: Manifest): Promise<readonly string[]> {
  const carried = `./json-schemas/teams/v${manifest.manifestVersion}/MicrosoftTeams.schema.json`;
  const file = new URL(carried, import.meta.resolve('@microsoft/app-manifest'));
  const schema = JSON.parse(await readFile(file, 'utf8'));
  const problems = await AppManifestUtils.validateAgainstSchema(JSON.parse(JSON.stringify(manifest)), schema);
  return problems.map((problem) => `Against the schema ${manifest.manifestVersion}: ${problem}`);
}

function ruleProblems({
  name,
  description,
  validDomains,
  webApplicationInfo,
  bots: [bot],
}: Manifest): readonly string[] {
  const problems: string[] = [];
  if (webApplicationInfo && !validDomains.some((domain) => domain.includes('.botframework.'))) {
    problems.push('People sign in, but the sign-in page’s host is not among the valid domains.');
  }
  if (webApplicationInfo && !webApplicationInfo.resource.endsWith(`/botid-${webApplicationInfo.id}`)) {
    problems.push('The resource that people sign in to is not the registration’s own.');
  }
  if (borrowedNames.test(`${name.short} ${name.full}`)) problems.push('The name borrows a Microsoft product’s name.');
  if (description.short === description.full) problems.push('The two descriptions are the same.');
  if (bot.commandLists.length === 0) problems.push('There is no command menu.');
  for (const { commands } of bot.commandLists) {
    const titles = commands.map(({ title }) => title.toLowerCase());
    if (titles.length === 0) problems.push('A command menu is empty.');
    if (titles.length > shownCommands)
      problems.push(`A menu has ${titles.length} commands; Teams shows ${shownCommands}.`);
    if (new Set(titles).size < titles.length) problems.push('A menu lists a command twice.');
    for (const { title, description: text } of commands) {
      if (title.trim() === '' || text.trim() === '')
        problems.push(`The command "${title}" lacks its title or its description.`);
    }
  }
  return problems;
}

function iconProblems(icons: Icons): readonly string[] {
  const color = PNG.sync.read(icons.color);
  const outline = PNG.sync.read(icons.outline);
  const problems: string[] = [];
  if (color.width !== 192 || color.height !== 192)
    problems.push(`color.png is ${color.width}×${color.height}, not 192×192.`);
  if (outline.width !== 32 || outline.height !== 32)
    problems.push(`outline.png is ${outline.width}×${outline.height}, not 32×32.`);
  const pixels = Array.from({ length: outline.width * outline.height }, (_, index) =>
    outline.data.subarray(index * 4, index * 4 + 4),
  );
  if (!pixels.every((pixel) => pixel[0] === 255 && pixel[1] === 255 && pixel[2] === 255))
    problems.push('outline.png holds a colour other than white.');
  if (!pixels.some((pixel) => pixel[3] === 0)) problems.push('outline.png has no transparent pixel.');
  return problems;
}
