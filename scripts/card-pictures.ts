/**
 * Draws every sample of every card, as Teams would, into `test-output/cards/`: both languages, narrow (320 px) and wide
 * (800 px), light and dark. `node scripts/card-pictures.ts [part of a name]`, `--open` also opens the details.
 */
import { mkdirSync, readdirSync, readFileSync } from 'node:fs';
import { createRenderer } from '../src/rendering/renderer.ts';
import { openBrowser } from '../test/support/browser.ts';

const root = new URL('../', import.meta.url);
const cards = new URL('cards/', root);
const output = new URL('test-output/cards/', root);
const origin = 'http://cards.localhost';
const pageFiles: Readonly<Record<string, string>> = {
  '/adaptivecards.js': 'node_modules/adaptivecards/dist/adaptivecards.min.js',
  '/render.js': 'src/web/page/render.js',
  '/host-config.js': 'src/web/page/host-config.js',
  '/markdown.js': 'src/web/page/markdown.js',
  '/card.css': 'src/web/page/card.css',
};
const shell = `<!doctype html><meta charset="utf-8"><meta name="color-scheme" content="light dark"><link rel="stylesheet" href="/card.css">
<style>body{margin:0;padding:8px;background:light-dark(#f0f0f0,#1a1a1a)}</style><script src="/adaptivecards.js"></script><div id="at"></div>
<script type="module">import { renderCard } from '/render.js'; globalThis.show = (card) => { const { element, problems } = renderCard(card);
document.querySelector('#at').replaceChildren(element); return problems; };</script>`;
const types: Readonly<Record<string, string>> = { js: 'text/javascript', css: 'text/css' };

const wanted = process.argv.slice(2).find((word) => !word.startsWith('--')) ?? '';
const opens = process.argv.includes('--open');
const renderer = createRenderer(new URL('cards', root));
const browser = await openBrowser();
if ('skipped' in browser) throw new Error(browser.skipped);
mkdirSync(output, { recursive: true });
let problems = 0;
try {
  for (const width of [320, 800]) {
    for (const colorScheme of ['light', 'dark'] as const) {
      const page = await browser.newPage({ viewport: { width, height: 400 }, colorScheme, deviceScaleFactor: 2 });
      await page.route(`${origin}/**`, (route) => {
        const path = new URL(route.request().url()).pathname;
        const file = pageFiles[path];
        if (!file) return route.fulfill({ contentType: 'text/html', body: shell });
        return route.fulfill({
          contentType: types[path.split('.').at(-1) ?? ''] ?? 'text/plain',
          body: readFileSync(new URL(file, root), 'utf8'),
        });
      });
      await page.goto(`${origin}/`);
      await page.waitForFunction('globalThis.show');
      for (const file of readdirSync(cards).filter((name) => name.endsWith('.sample.json'))) {
        const samples = JSON.parse(readFileSync(new URL(file, cards), 'utf8'));
        for (const [locale, replies] of Object.entries<Record<string, unknown>>(samples)) {
          for (const [name, reply] of Object.entries<Parameters<typeof renderer.render>[0]>(replies as never)) {
            const picture = `${file.replace('.sample.json', '')}.${name}.${locale}.${width}.${colorScheme}.png`;
            if (!picture.includes(wanted)) continue;
            const card = renderer.render(reply);
            const said: string[] = await page.evaluate(`globalThis.show(${JSON.stringify(card)})`);
            for (const problem of said) process.stderr.write(`${picture}: ${problem}\n`);
            problems += said.length;
            if (opens)
              await page.evaluate("for (const e of document.querySelectorAll('#details')) e.style.display = 'block'");
            await page.locator('.card').screenshot({ path: new URL(picture, output).pathname });
          }
        }
      }
      await page.close();
    }
  }
} finally {
  await browser.close();
}
process.stdout.write(`Pictures are in ${output.pathname}${problems > 0 ? `, with ${problems} problems` : ''}.\n`);
