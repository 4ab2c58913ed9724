import { writeFile } from 'node:fs/promises';
import { resolve } from 'node:path';
import { menu, pack, readOptions, usage } from './app-package.ts';
import { manifestFor, problemsOf, readIcons } from './manifest.ts';

/** Exit code for wrong options, from sysexits.h. */
const usageExit = 64;

async function main(args: readonly string[]): Promise<number> {
  if (args.includes('--help')) {
    console.log(usage);
    return 0;
  }
  const options = readOptions(args);
  if (!options.ok) {
    console.error([...options.problems, '', usage].join('\n'));
    return usageExit;
  }
  const { settings, out } = options.value;
  const icons = await readIcons();
  const manifest = await manifestFor(settings, menu());
  const problems = await problemsOf(manifest, icons);
  if (problems.length > 0) {
    console.error(['The package is not valid:', ...problems].join('\n'));
    return 1;
  }
  const file = resolve(out);
  await writeFile(file, pack(manifest, icons));
  console.log(
    [
      `Wrote ${file}: hopcheck ${settings.version} for the bot ${settings.appId} at ${settings.domain}, valid against the manifest schema ${manifest.manifestVersion}.`,
      `Commands in the menu: ${menu()
        .map(({ title }) => title)
        .join(', ')}.`,
      `Teams shows these links, and they should lead somewhere: ${settings.websiteUrl}, ${settings.privacyUrl}, ${settings.termsUrl}.`,
      `Before: the messaging endpoint of the Azure Bot resource is https://${settings.domain}/api/messages, and its Teams channel is on.`,
      ...(manifest.webApplicationInfo
        ? [
            `People sign in to ${manifest.webApplicationInfo.resource}: that is the registration’s application ID URI and the connection’s token exchange URL (docs/side-loading.md).`,
          ]
        : []),
      'Then: in Teams, Apps > Manage your apps > Upload an app > Upload a custom app; or have an administrator add it in the Teams admin center.',
    ].join('\n'),
  );
  return 0;
}

process.exitCode = await main(process.argv.slice(2));
