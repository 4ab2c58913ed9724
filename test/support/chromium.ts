import { execFile } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdir, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { unwrapWoff } from './woff.ts';

const run = promisify(execFile);
const repository = fileURLToPath(new URL('../../', import.meta.url));
const cache = join(repository, 'node_modules', '.cache', 'hopcheck');
const fontFiles = join(repository, 'node_modules', '@fontsource', 'noto-sans-sc', 'files');

export type UnpackedChromium = {
  readonly executablePath: string;
  /** Folder of the shared libraries (NSS, NSPR, Expat) that the binary links and a bare Debian lacks. */
  readonly libraries: string;
};

/** The Chromium of the npm package @sparticuz/chromium (Linux on x64 only), unpacked once per checkout. */
export async function unpackChromium(): Promise<UnpackedChromium> {
  const folder = await unpackOnce('chromium', (staging) => inflate(staging, ['chromium.br', 'al2023.tar.br']));
  return { executablePath: join(folder, 'chromium'), libraries: join(folder, 'al2023', 'lib') };
}

/** A fontconfig file that adds a Latin and a Chinese face to those of the machine, which may have none. Linux only. */
export async function installFonts(): Promise<string> {
  const folder = await unpackOnce('fonts', async (staging) => {
    await inflate(staging, ['fonts.tar.br']);
    const wrapped = (await readdir(fontFiles)).filter((name) =>
      /-sc-(chinese-simplified|\d+)-[46]00.*\.woff$/.test(name),
    );
    for (const name of wrapped) {
      const target = join(staging, name.replace(/\.woff$/, '.ttf'));
      await writeFile(target, unwrapWoff(await readFile(join(fontFiles, name))));
    }
  });
  const file = join(cache, 'fonts.conf');
  const config = fontConfig(folder);
  // Several test workers may write this at once: only a rename never shows a half-written file.
  const staging = `${file}.${process.pid}`;
  await writeFile(staging, config);
  await rename(staging, file);
  return file;
}

function fontConfig(folder: string): string {
  const preferred = ['sans-serif', 'system-ui', 'Segoe UI']
    .map(
      (family) =>
        `<alias binding="strong"><family>${family}</family><prefer><family>Open Sans</family></prefer></alias>`,
    )
    .join('\n  ');
  return `<?xml version="1.0"?>
<!DOCTYPE fontconfig SYSTEM "fonts.dtd">
<fontconfig>
  <dir>${folder}</dir>
  <include ignore_missing="yes">/etc/fonts/fonts.conf</include>
  <cachedir>${join(cache, 'font-cache')}</cachedir>
  ${preferred}
</fontconfig>
`;
}

/**
 * The package inflates into `os.tmpdir()` under fixed names and takes a half-written file of another process for a whole
 * one. So a child process gets a temporary folder of its own, and only the finished folder is moved into place.
 */
async function inflate(folder: string, archives: readonly string[]): Promise<void> {
  const program = `
    import { inflate } from '@sparticuz/chromium';
    const bin = new URL('../bin/', import.meta.resolve('@sparticuz/chromium'));
    const { fileURLToPath } = await import('node:url');
    for (const archive of ${JSON.stringify(archives)}) await inflate(fileURLToPath(new URL(archive, bin)));
  `;
  await run(process.execPath, ['--input-type=module', '--eval', program], {
    cwd: repository,
    env: { ...process.env, TMPDIR: folder },
  });
}

async function unpackOnce(name: string, fill: (staging: string) => Promise<void>): Promise<string> {
  const folder = join(cache, name);
  if (existsSync(folder)) return folder;
  const staging = `${folder}.${process.pid}`;
  await mkdir(staging, { recursive: true });
  try {
    await fill(staging);
    await rename(staging, folder);
  } catch (error) {
    await rm(staging, { recursive: true, force: true });
    if (!existsSync(folder)) throw error;
  }
  return folder;
}
