import { existsSync } from 'node:fs';
import { type Browser, chromium } from 'playwright-core';
import { installFonts, unpackChromium } from './chromium.ts';

/** For a closed network: nothing here may try to reach the outside. */
const flags = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
];

const installed: Readonly<Record<string, readonly string[]>> = {
  linux: [
    '/usr/bin/google-chrome',
    '/usr/bin/google-chrome-stable',
    '/usr/bin/chromium',
    '/usr/bin/chromium-browser',
    '/snap/bin/chromium',
    '/usr/bin/microsoft-edge',
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
  ],
  win32: [
    'C:\\Program Files\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Google\\Chrome\\Application\\chrome.exe',
    'C:\\Program Files (x86)\\Microsoft\\Edge\\Application\\msedge.exe',
  ],
};

type Attempt = { readonly name: string; readonly open: () => Promise<Browser> };

/**
 * A real browser: the one HOPCHECK_BROWSER names (a path; it must start, or this rejects), else an installed Chrome,
 * Chromium or Edge, else the Chromium that @sparticuz/chromium carries (Linux on x64). Where none starts, `skipped` says
 * what was tried and why each failed. On Linux, pages can show Chinese whatever fonts the machine has.
 *
 * ```ts
 * const browser = await openBrowser();
 * if ('skipped' in browser) console.warn(browser.skipped);
 * ```
 */
export async function openBrowser(): Promise<Browser | { readonly skipped: string }> {
  const named = process.env.HOPCHECK_BROWSER;
  if (named) return launch(named);
  const failures: string[] = [];
  for (const attempt of attempts()) {
    try {
      return await attempt.open();
    } catch (error) {
      failures.push(`${attempt.name}: ${String(error).split('\n')[0]}`);
    }
  }
  const tried = failures.length > 0 ? failures.join('; ') : 'no Chrome, Chromium or Edge is installed';
  return { skipped: `no browser starts on this machine (${tried}). Name one with HOPCHECK_BROWSER=/path/to/chrome.` };
}

function attempts(): readonly Attempt[] {
  const found = (installed[process.platform] ?? [])
    .filter((path) => existsSync(path))
    .map((path) => ({ name: path, open: () => launch(path) }));
  if (process.platform !== 'linux' || process.arch !== 'x64') return found;
  const packaged = async () => {
    const { executablePath, libraries } = await unpackChromium();
    return launch(executablePath, { LD_LIBRARY_PATH: libraries });
  };
  return [...found, { name: '@sparticuz/chromium', open: packaged }];
}

async function launch(executablePath: string, extra: Readonly<Record<string, string>> = {}): Promise<Browser> {
  const fonts = process.platform === 'linux' ? { FONTCONFIG_FILE: await installFonts() } : {};
  return chromium.launch({ executablePath, headless: true, args: flags, env: { ...process.env, ...fonts, ...extra } });
}
