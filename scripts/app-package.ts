import { isIP } from 'node:net';
import { parseArgs } from 'node:util';
import { strToU8, zipSync } from 'fflate';
import packageJson from '../package.json' with { type: 'json' };
import type { Command } from '../src/commands/command.ts';
import { commands } from '../src/commands/registry.ts';
import { isMessageKey, say } from '../src/language/say.ts';
import { botClouds } from '../src/teams/bot-cloud.ts';
import { type Icons, type Manifest, type ManifestCommand, type ManifestSettings, shownCommands } from './manifest.ts';

export const usage = `Builds the app package that is uploaded to Teams.

  npm run package -- --app-id ID --domain HOST [options]

  --app-id ID          application (client) id of the bot's registration
  --domain HOST        host name under which the bot is reached, e.g. hopcheck.example.com
  --out FILE           where to write the package (hopcheck-teams.zip)
  --developer NAME     who runs this bot, as Teams shows it (hopcheck)
  --website-url URL    https page about it (https://HOST)
  --privacy-url URL    https page with the privacy statement (https://HOST/privacy)
  --terms-url URL      https page with the terms of use (https://HOST/terms)
  --sign-in            people sign in, as HOPCHECK_IDENTITY=user wants it
  --sign-in-app-id ID  the registration that people sign in to, where it is not the bot's; implies --sign-in
  --token-host HOST    the host of the sign-in page (token.botframework.com)`;

export type Options = { readonly settings: ManifestSettings; readonly out: string };
export type ReadOptions =
  | { readonly ok: true; readonly value: Options }
  | { readonly ok: false; readonly problems: readonly string[] };

/** Reads the command line; every problem is named at once. */
export function readOptions(args: readonly string[]): ReadOptions {
  const text = { type: 'string' } as const;
  const names = {
    'app-id': text,
    domain: text,
    out: text,
    developer: text,
    'website-url': text,
    'privacy-url': text,
    'terms-url': text,
    'sign-in': { type: 'boolean' },
    'sign-in-app-id': text,
    'token-host': text,
  } as const;
  const parse = () => parseArgs({ args: [...args], options: names, strict: true, allowPositionals: false }).values;
  let values: ReturnType<typeof parse>;
  try {
    values = parse();
  } catch (error) {
    return { ok: false, problems: [error instanceof Error ? error.message : String(error)] };
  }
  const problems: string[] = [];
  const appId = values['app-id'];
  if (appId === undefined) {
    problems.push(
      '--app-id is missing. It is the "Microsoft App ID" of your Azure Bot resource (its Configuration page), ' +
        'or the appId that `az ad app create --display-name hopcheck` prints.',
    );
  } else if (!isRegistration(appId)) {
    problems.push(
      `--app-id "${appId}" is not the id of a registration. It looks like 2f1c6d1e-8a53-4b0e-9d3c-5f7a1b2c3d4e.`,
    );
  }
  const { domain } = values;
  if (domain === undefined) {
    problems.push('--domain is missing. It is the host name in the messaging endpoint of your Azure Bot resource.');
  } else if (!isPublicName(domain)) {
    problems.push(
      `--domain "${domain}" is not a public host name. Give it without scheme, port or path: hopcheck.example.com.`,
    );
  }
  const url = (name: 'website-url' | 'privacy-url' | 'terms-url', otherwise: string) => {
    const value = values[name] ?? otherwise;
    const known = values[name] === undefined || (URL.canParse(value) && new URL(value).protocol === 'https:');
    if (!known) problems.push(`--${name} "${value}" is not an https address.`);
    return value;
  };
  const signInAppId = values['sign-in-app-id'];
  if (signInAppId !== undefined && !isRegistration(signInAppId)) {
    problems.push(`--sign-in-app-id "${signInAppId}" is not the id of a registration.`);
  }
  const tokenHost = values['token-host'] ?? 'token.botframework.com';
  if (!tokenHosts.includes(tokenHost))
    problems.push(`--token-host "${tokenHost}" is none of ${tokenHosts.join(', ')}.`);
  const signIn = (values['sign-in'] || signInAppId !== undefined) && {
    appId: (signInAppId ?? appId ?? '').toLowerCase(),
    tokenHost,
  };
  const settings = {
    appId: appId?.toLowerCase() ?? '',
    domain: domain ?? '',
    version: packageJson.version,
    developer: values.developer ?? 'hopcheck',
    websiteUrl: url('website-url', `https://${domain}`),
    privacyUrl: url('privacy-url', `https://${domain}/privacy`),
    termsUrl: url('terms-url', `https://${domain}/terms`),
    ...(signIn && { signIn }),
  };
  if (settings.developer.trim() === '' || settings.developer.length > 32)
    problems.push('--developer has 1 to 32 characters.');
  return problems.length > 0
    ? { ok: false, problems }
    : { ok: true, value: { settings, out: values.out ?? 'hopcheck-teams.zip' } };
}

/** Of every cloud, with its regions and rings. */
const tokenHosts = Object.values(botClouds)
  .flatMap(({ tokenService, otherTokenServices }) => [tokenService, ...otherTokenServices])
  .map((service) => new URL(service).host);

function isRegistration(id: string): boolean {
  return /^[0-9a-f]{8}-(?:[0-9a-f]{4}-){3}[0-9a-f]{12}$/i.test(id) && !/^[0-]+$/.test(id);
}

function isPublicName(name: string): boolean {
  if (name.length > 253 || isIP(name) !== 0 || /(?:^|\.)localhost$/i.test(name)) return false;
  return /^(?:[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z][a-z0-9-]*[a-z0-9]$/i.test(name);
}

/** Which commands the menu leads with; the rest of the registry follows as far as there is room. */
const first = ['check', 'watch', 'watches', 'again', 'history', 'vms', 'flow', 'next-hop', 'use', 'help'];

/** The registry's commands as menu lines, in English: a manifest has one text for all. */
export function menu(registry: readonly Pick<Command, 'name' | 'words'>[] = commands): readonly ManifestCommand[] {
  const rank = ({ name }: Pick<Command, 'name'>) => (first.includes(name) ? first.indexOf(name) : first.length);
  const shown = [...registry].sort((a, b) => rank(a) - rank(b)).slice(0, shownCommands);
  return shown.map(({ name, words }) => {
    const key = `command.${name}.summary`;
    if (!isMessageKey(key)) throw new Error(`the catalogues have no "${key}"`);
    return { title: words.words[0] ?? name, description: say('en', key) };
  });
}

/** The zip: three files at its root, the same bytes for the same input. */
export function pack(manifest: Manifest, icons: Icons): Uint8Array {
  const files = {
    'manifest.json': strToU8(`${JSON.stringify(manifest, null, 2)}\n`),
    'color.png': icons.color,
    'outline.png': icons.outline,
  };
  return zipSync(files, { level: 9, mtime: new Date(1980, 0, 1) });
}
