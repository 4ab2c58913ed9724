import { createApp } from '../src/app.ts';
import { readConfig } from '../src/config.ts';
import { everyone } from '../src/policy/grants.ts';
import { openBrowser } from '../test/support/browser.ts';

/** Draws `docs/images/card.png`: the founding check, asked on the local page of the running product. */
const silent = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} };
const reading = readConfig({ PORT: '0', HOPCHECK_SPEED: '20' }, 'local');
if (!reading.ok) throw new Error(reading.problems.join('\n'));
const grants = everyone('picture');
const app = await createApp(reading.config, { log: silent, grants: () => grants });
const browser = await openBrowser();
if ('skipped' in browser) throw new Error(browser.skipped);
const page = await browser.newPage({ viewport: { width: 900, height: 1400 }, deviceScaleFactor: 1.5 });
await page.goto(app.url);
await page.getByRole('textbox').fill('check from MultiTierApp0 to vm Database0 port 80');
await page.keyboard.press('Enter');
const card = page.locator('.ac-adaptiveCard', { hasText: 'in network security group' });
await card.waitFor({ timeout: 60_000 });
await card.screenshot({ path: new URL('../docs/images/card.png', import.meta.url).pathname });
await browser.close();
await app.stop();
