import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Browser } from 'playwright-core';
import { afterAll, describe, expect, test } from 'vitest';
import { openBrowser } from '../support/browser.ts';
import { openCardPage } from '../support/card-page.ts';

const opened = await openBrowser();
if ('skipped' in opened) console.warn(`SKIPPED: the cards in a browser: ${opened.skipped}`);

const folder = join(import.meta.dirname, 'golden');
const cards = readdirSync(folder).map((name) => ({
  name,
  card: JSON.parse(readFileSync(join(folder, name), 'utf8')),
}));

describe.skipIf('skipped' in opened)('every card, drawn by the adaptivecards renderer in a browser', () => {
  const browser = opened as Browser;
  afterAll(() => browser.close());

  test.each([320, 800])(
    'at %i px: understood, nothing wider than the message, every picture named',
    async (widthPx) => {
      const page = await openCardPage(browser, { widthPx, theme: 'light' });
      const wrong: string[] = [];
      for (const { name, card } of cards) {
        const drawn = await page.draw(card);
        // Charts are Teams' own extension: everywhere else their fallback is drawn.
        const problems = drawn.problems.filter((problem) => !/"Chart\.\w+".*Fallback will be used/.test(problem));
        const tooWide = await page.page.evaluate(
          'document.documentElement.scrollWidth - document.documentElement.clientWidth',
        );
        const nameless = await page.page.locator('img:not([alt])').count();
        if (problems.length > 0 || tooWide !== 0 || nameless > 0)
          wrong.push(`${name}: ${problems.join('; ')} ${tooWide} px, ${nameless}`);
      }
      await page.close();
      expect(wrong).toEqual([]);
    },
    60_000,
  );
});
