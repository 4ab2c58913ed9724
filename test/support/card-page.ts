import type { Browser, Page } from 'playwright-core';
import { readAsset } from '../../src/web/assets.ts';

export type CardPage = {
  readonly page: Page;
  /** Replaces what is shown by this card. `problems`: what the renderer did not understand or found missing. */
  draw(card: object): Promise<{ readonly problems: readonly string[] }>;
  /** PNG of the card alone with a margin around it, at twice the pixels. */
  picture(): Promise<Buffer>;
  close(): Promise<void>;
};

export type CardPageOptions = {
  /** Width of the message column in CSS pixels; Teams' side panel has about 320. */
  readonly widthPx: number;
  readonly theme: 'light' | 'dark';
  /** For dates; `en-GB`, `zh-CN`. The time zone is UTC unless named. */
  readonly locale?: string;
  readonly timeZone?: string;
};

const origin = 'http://card.test';

/** A page that draws Adaptive Cards with the chat page's renderer and style. Nothing is fetched but files of this repository. */
export async function openCardPage(browser: Browser, options: CardPageOptions): Promise<CardPage> {
  const context = await browser.newContext({
    viewport: { width: options.widthPx, height: 800 },
    deviceScaleFactor: 2,
    colorScheme: options.theme,
    locale: options.locale ?? 'en-GB',
    timezoneId: options.timeZone ?? 'UTC',
  });
  const page = await context.newPage();
  await page.route('**/*', async (route) => {
    const url = new URL(route.request().url());
    if (url.origin === origin && url.pathname === '/') {
      await route.fulfill({ body: html(options), contentType: 'text/html; charset=utf-8' });
      return;
    }
    const asset = url.origin === origin ? await readAsset(url.pathname) : undefined;
    await (asset ? route.fulfill({ body: asset.body, contentType: asset.contentType }) : route.abort());
  });
  await page.goto(`${origin}/`);
  await page.waitForFunction('globalThis.draw !== undefined');
  return {
    page,
    draw: async (card) => ({
      problems: await page.evaluate<string[]>(`draw(${JSON.stringify(card)})`),
    }),
    picture: () => page.locator('main').screenshot({ animations: 'disabled' }),
    close: () => context.close(),
  };
}

const html = (options: CardPageOptions) => `<!doctype html>
<html lang="${options.locale ?? 'en-GB'}">
  <meta charset="utf-8">
  <link rel="stylesheet" href="/chat/page/card.css">
  <style>
    :root { color-scheme: light dark }
    body { margin: 0; background: light-dark(#f5f5f5, #1f1f1f) }
    main { padding: 12px }
  </style>
  <main></main>
  <script src="/chat/adaptivecards.js"></script>
  <script type="module">
    import { renderCard } from '/chat/page/render.js';
    globalThis.draw = (card) => {
      const { element, problems } = renderCard(card, { locale: ${JSON.stringify(options.locale ?? 'en-GB')} });
      document.querySelector('main').replaceChildren(element);
      return problems;
    };
  </script>
</html>`;
