import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { strFromU8, unzipSync } from 'fflate';
import { PNG } from 'pngjs';
import { describe, expect, it } from 'vitest';
import { menu, pack, readOptions } from '../../scripts/app-package.ts';
import { type Manifest, manifestFor, problemsOf, readIcons } from '../../scripts/manifest.ts';
import { drawColour, drawOutline } from '../../scripts/mark.ts';
import { commands } from '../../src/commands/registry.ts';

const appId = '2f1c6d1e-8a53-4b0e-9d3c-5f7a1b2c3d4e';
const right = ['--app-id', appId, '--domain', 'hopcheck.example.com'];

async function valid(): Promise<Manifest> {
  const options = readOptions(right);
  if (!options.ok) throw new Error(options.problems.join('\n'));
  return manifestFor(options.value.settings, menu());
}

describe('the manifest', () => {
  it('is valid with the commands of the registry, and says where the bot is', async () => {
    const manifest = await valid();
    expect(await problemsOf(manifest, await readIcons())).toEqual([]);
    expect(manifest).toMatchObject({
      id: appId,
      validDomains: ['hopcheck.example.com'],
      developer: { privacyUrl: 'https://hopcheck.example.com/privacy' },
      bots: [
        {
          botId: appId,
          scopes: ['personal', 'team', 'groupChat'],
          commandLists: [{ scopes: ['personal', 'team', 'groupChat'] }],
        },
      ],
    });
    expect(manifest.bots[0].commandLists[0]?.commands).toHaveLength(Math.min(commands.length, 10));
    expect(JSON.stringify(manifest)).not.toContain('{{');
  });

  it('fills outside text so that it stays text', async () => {
    const options = readOptions([...right, '--developer', 'A "quoted" \\ name']);
    if (!options.ok) throw new Error(options.problems.join('\n'));
    expect(await manifestFor(options.value.settings, menu())).toMatchObject({
      developer: { name: 'A "quoted" \\ name' },
    });
  });

  describe('where people sign in', () => {
    const other = '3f1c6d1e-8a53-4b0e-9d3c-5f7a1b2c3d4e';
    it.each<[string, readonly string[], string, string]>([
      ['to the bot', ['--sign-in'], appId, 'token.botframework.com'],
      ['to a registration beside it', ['--sign-in-app-id', other], other, 'token.botframework.com'],
      [
        'in a government cloud',
        ['--sign-in', '--token-host', 'tokengcch.botframework.azure.us'],
        appId,
        'tokengcch.botframework.azure.us',
      ],
    ])('%s, names the API and the host of the sign-in page', async (_, args, id, host) => {
      const options = readOptions([...right, ...args]);
      if (!options.ok) throw new Error(options.problems.join('\n'));
      const manifest = await manifestFor(options.value.settings, menu());
      expect(await problemsOf(manifest, await readIcons())).toEqual([]);
      expect(manifest).toMatchObject({
        webApplicationInfo: { id, resource: `api://hopcheck.example.com/botid-${id}` },
        validDomains: ['hopcheck.example.com', host],
      });
    });

    it('names neither otherwise', async () => {
      expect((await valid()).webApplicationInfo).toBeUndefined();
    });
  });

  it('leads with the commands asked for most, and leaves out what there is no room for', () => {
    const names = [
      'rules',
      'cancel',
      'stop',
      'check',
      'flow',
      'next-hop',
      'vms',
      'use',
      'history',
      'again',
      'watch',
      'watches',
      'help',
    ];
    const lines = menu(names.map((name) => ({ name, words: { name, words: [name.replace('-', ' ')] } })));
    expect(lines.map(({ title }) => title)).toEqual([
      'check',
      'watch',
      'watches',
      'again',
      'history',
      'vms',
      'flow',
      'next hop',
      'use',
      'help',
    ]);
  });

  const command = { title: 'check', description: 'Checks' };
  const withMenu = (manifest: Manifest, list: readonly (typeof command)[]): Manifest => ({
    ...manifest,
    bots: [{ ...manifest.bots[0], commandLists: [{ scopes: ['personal'], commands: [...list] }] }],
  });

  it.each<[string, (manifest: Manifest) => Manifest, RegExp]>([
    ['an unknown field', (it) => ({ ...it, surprise: true }), /must NOT have additional properties/],
    ['an id that is no guid', (it) => ({ ...it, id: 'hopcheck' }), /must match pattern/],
    [
      'a scope of another spelling',
      (it) => ({ ...it, bots: [{ ...it.bots[0], scopes: ['groupchat'] }] }),
      /must be equal to one of/,
    ],
    [
      'a name too long',
      (it) => ({ ...it, name: { ...it.name, short: 'x'.repeat(31) } }),
      /must NOT have more than 30 characters/,
    ],
    [
      'a borrowed name',
      (it) => ({ ...it, name: { ...it.name, full: 'Teams hopcheck' } }),
      /borrows a Microsoft product/,
    ],
    ['equal descriptions', (it) => ({ ...it, description: { short: 'same', full: 'same' } }), /are the same/],
    [
      'eleven commands',
      (it) =>
        withMenu(
          it,
          Array.from({ length: 11 }, (_, index) => ({ ...command, title: `c${index}` })),
        ),
      /has 11 commands/,
    ],
    ['a command twice', (it) => withMenu(it, [command, { ...command, title: 'Check' }]), /lists a command twice/],
    [
      'a command without a description',
      (it) => withMenu(it, [{ title: 'check', description: ' ' }]),
      /lacks its title or its description/,
    ],
    ['no command', (it) => withMenu(it, []), /menu is empty/],
    [
      'a sign-in page on a host that is not named',
      (it) => ({ ...it, webApplicationInfo: { id: appId, resource: `api://a.example/botid-${appId}` } }),
      /sign-in page’s host is not among the valid domains/,
    ],
    [
      'a sign-in to somebody else’s API',
      (it) => ({
        ...it,
        validDomains: [...it.validDomains, 'token.botframework.com'],
        webApplicationInfo: { id: appId, resource: 'api://a.example/botid-other' },
      }),
      /is not the registration’s own/,
    ],
  ])('with %s is refused', async (_, change, why) => {
    const problems = await problemsOf(change(await valid()), await readIcons());
    expect(problems.join('\n')).toMatch(why);
  });
});

describe('the icons', () => {
  it('are what the script draws', async () => {
    const icons = await readIcons();
    expect(PNG.sync.read(icons.color).data.equals(drawColour().data)).toBe(true);
    expect(PNG.sync.read(icons.outline).data.equals(drawOutline().data)).toBe(true);
  });

  it.each<[string, 'color' | 'outline', () => PNG, RegExp]>([
    ['a small colour icon', 'color', drawOutline, /color\.png is 32×32, not 192×192/],
    ['a large outline icon', 'outline', drawColour, /outline\.png is 192×192, not 32×32/],
    ['an outline icon in colour', 'outline', drawColour, /a colour other than white/],
    ['an outline icon without transparency', 'outline', drawColour, /no transparent pixel/],
  ])('%s is refused', async (_, which, draw, why) => {
    const icons = { ...(await readIcons()), [which]: PNG.sync.write(draw()) };
    expect((await problemsOf(await valid(), icons)).join('\n')).toMatch(why);
  });
});

describe('the package', () => {
  it('holds exactly the manifest and the two icons, the same bytes each time', async () => {
    const [manifest, icons] = [await valid(), await readIcons()];
    const zip = pack(manifest, icons);
    const files = unzipSync(zip);
    expect(Object.keys(files).sort()).toEqual(['color.png', 'manifest.json', 'outline.png']);
    expect(JSON.parse(strFromU8(files['manifest.json'] ?? new Uint8Array()))).toEqual(manifest);
    expect(Buffer.from(files['color.png'] ?? []).equals(icons.color)).toBe(true);
    expect(Buffer.from(pack(manifest, icons)).equals(zip)).toBe(true);
  });
});

describe('the options', () => {
  it.each<[string, readonly string[], RegExp]>([
    ['no app id', ['--domain', 'hopcheck.example.com'], /--app-id is missing.*az ad app create/],
    [
      'an app id of zeros',
      ['--app-id', '00000000-0000-0000-0000-000000000000', '--domain', 'a.example'],
      /is not the id of a registration/,
    ],
    ['an app id that is a name', ['--app-id', 'hopcheck', '--domain', 'a.example'], /is not the id of a registration/],
    ['no domain', ['--app-id', appId], /--domain is missing/],
    ...[
      'https://a.example',
      'a.example/api',
      'a.example:443',
      'localhost',
      'bot.localhost',
      '10.1.1.4',
      'hopcheck',
      '*.a.example',
      '',
    ].map((domain): [string, readonly string[], RegExp] => [
      `the domain "${domain}"`,
      ['--app-id', appId, '--domain', domain],
      /is not a public host name/,
    ]),
    [
      'a plain http page',
      [...right, '--privacy-url', 'http://a.example'],
      /--privacy-url "http:\/\/a\.example" is not an https address/,
    ],
    ['an unknown option', [...right, '--colour', 'red'], /Unknown option '--colour'/],
    ['an argument too many', [...right, 'now'], /positional/],
    ['a sign-in to a name', [...right, '--sign-in-app-id', 'hopcheck'], /--sign-in-app-id "hopcheck" is not the id/],
    [
      'a sign-in page elsewhere',
      [...right, '--sign-in', '--token-host', 'token.example'],
      /--token-host "token.example" is none of token\.botframework\.com, /,
    ],
    ['a developer without a name', [...right, '--developer', ' '], /--developer has 1 to 32/],
  ])('%s is refused', (_, args, why) => {
    const options = readOptions(args);
    expect(options.ok ? [] : options.problems).toEqual([expect.stringMatching(why)]);
  });

  it('are all refused at once', () => {
    const options = readOptions([]);
    expect(options.ok ? [] : options.problems).toHaveLength(2);
  });
});

describe('npm run package', () => {
  const run = promisify(execFile);
  const script = fileURLToPath(new URL('../../scripts/package.ts', import.meta.url));

  it('writes the package and says what to do with it', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'hopcheck-package-'));
    const out = join(folder, 'app.zip');
    const { stdout } = await run(process.execPath, [script, ...right, '--out', out]);
    expect(stdout).toContain(`Wrote ${out}`);
    expect(stdout).toContain('Upload a custom app');
    expect(Object.keys(unzipSync(await readFile(out)))).toHaveLength(3);
    await rm(folder, { recursive: true });
  });

  it('exits 64 and writes nothing for wrong options', async () => {
    const running = run(process.execPath, [script, '--domain', 'hopcheck.example.com']);
    await expect(running).rejects.toMatchObject({
      code: 64,
      stdout: '',
      stderr: expect.stringContaining('--app-id is missing'),
    });
  });
});
