import { afterAll, describe, expect, it } from 'vitest';
import { openBrowser } from './browser.ts';

const browser = await openBrowser();
if ('skipped' in browser) console.warn(`SKIPPED, browser: ${browser.skipped}`);

describe.skipIf('skipped' in browser)('openBrowser', () => {
  if ('skipped' in browser) return;
  afterAll(() => browser.close());

  it('draws Chinese and arrows with real glyphs, whatever fonts the machine has', async () => {
    const page = await browser.newPage();
    const pictureOf = async (text: string) => {
      await page.setContent(`<meta charset="utf-8"><span style="font: 40px system-ui">${text}</span>`);
      return (await page.locator('span').screenshot()).toString('base64');
    };
    expect(await pictureOf('端')).not.toBe(await pictureOf('\u{E123}'));
    expect(await pictureOf('端')).not.toBe(await pictureOf('口'));
    expect(await pictureOf('→')).not.toBe(await pictureOf('←'));
    await page.close();
  });
});
