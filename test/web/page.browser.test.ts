import type { BrowserContextOptions, Locator, Page } from 'playwright-core';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { personalConversationId } from '../../src/web/people.ts';
import { openBrowser } from '../support/browser.ts';
import { cardMessage, type Reaction, startTinyBot, type TinyBot } from './tiny-bot.ts';

const browser = await openBrowser();
if ('skipped' in browser) console.warn(`SKIPPED, the chat page in a real browser: ${browser.skipped}`);

const heading = (text: string) => ({ type: 'TextBlock', text, size: 'large', weight: 'bolder', wrap: true });
const runAgain = { type: 'Action.Execute', title: 'Run again', verb: 'again', data: { jobId: '7', nonce: 'n' } };
const lines = (count: number) =>
  Array.from({ length: count }, (_, line) => ({ type: 'TextBlock', text: `line ${line}` }));

describe.skipIf('skipped' in browser)('the chat page', () => {
  if ('skipped' in browser) return;
  let bot: TinyBot;
  let page: Page;
  /** What the page's console or its network had to complain about. */
  let complaints: string[];

  beforeEach(() => {
    complaints = [];
  });
  afterEach(async () => {
    await page.context().close();
    await bot.close();
    expect(complaints).toEqual([]);
  });
  afterAll(() => browser.close());

  const open = async (react: Reaction, options: BrowserContextOptions = {}, hash = '') => {
    bot = await startTinyBot(react);
    const context = await browser.newContext({
      locale: 'en-GB',
      timezoneId: 'UTC',
      viewport: { width: 1000, height: 700 },
      ...options,
    });
    page = await context.newPage();
    page.setDefaultTimeout(8_000);
    page.on('pageerror', (error) => complaints.push(error.message));
    page.on('console', (message) => {
      if (message.type() === 'error' || message.type() === 'warning') complaints.push(message.text());
    });
    page.on('request', (request) => {
      if (!request.url().startsWith(bot.url) && !request.url().startsWith('data:')) complaints.push(request.url());
    });
    await page.goto(`${bot.url}/${hash}`);
    await page.getByRole('textbox').first().waitFor();
  };
  const say = async (text: string) => {
    await page.locator('#main-box').fill(text);
    await page.locator('#main-box').press('Enter');
  };
  const seen = (text: string | RegExp) => page.locator('#messages').getByText(text);
  const echo: Reaction = async (activity, self) => {
    if (activity.type === 'message')
      await self.send(activity.conversation.id, cardMessage('Answered', [heading(`You said ${activity.text}`)]));
    return undefined;
  };

  it('welcomes, takes a command, draws the card and updates it in place', async () => {
    await open(async (activity, self) => {
      if (activity.type === 'installationUpdate')
        await self.send(activity.conversation.id, cardMessage('Welcome', [heading('Welcome here')]));
      if (activity.type !== 'message') return undefined;
      const id = await self.send(activity.conversation.id, cardMessage('Running', [heading('Running')]));
      await self.chat.connector.waitFor((one) => one.id === id);
      await page.getByText('Running', { exact: true }).waitFor();
      await self.update(
        activity.conversation.id,
        id,
        cardMessage('Unreachable', [heading('Unreachable: **Port80**')], [runAgain]),
      );
      return undefined;
    });
    await page.getByText('Simulated: no Teams, no Azure').waitFor();
    await page.getByRole('heading', { name: 'Welcome here' }).or(page.getByText('Welcome here')).waitFor();
    await say('check vm db0 port 80');
    await page.getByText('Unreachable: Port80').waitFor();
    expect(await page.getByText('Running', { exact: true }).count()).toBe(0);
    expect(await page.getByRole('article').count()).toBe(3);
    expect(await page.getByRole('article').last().textContent()).toMatch(
      /hopcheck\s+\d+:\d\d\s\w+\s+updated \d+:\d\d\s\w+/,
    );
    expect(await page.getByRole('status').textContent()).toBe('hopcheck: Unreachable');
  });

  it('sends a button with its form, shows the answer’s card to the one who pressed and leaves it there', async () => {
    await open(
      async (activity, self) => {
        if (activity.type === 'invoke') {
          const { data } = activity.value?.action ?? {};
          const value = {
            type: 'AdaptiveCard',
            version: '1.5',
            body: [heading(`Runs with ${JSON.stringify(data)}`)],
            actions: [runAgain],
          };
          return { body: { statusCode: 200, type: 'application/vnd.microsoft.card.adaptive', value } };
        }
        if (activity.type !== 'message') return undefined;
        const inputs = [
          { type: 'Input.Text', id: 'port', label: 'Port', isRequired: true, errorMessage: 'Give a port' },
          { type: 'Input.ChoiceSet', id: 'source', label: 'Source', choices: [{ title: 'app0', value: 'id-of-app0' }] },
        ];
        await self.send(
          activity.conversation.id,
          cardMessage('Form', [heading('One question'), ...inputs], [runAgain]),
        );
        return undefined;
      },
      {},
      '#on-call/channel/en-US',
    );
    await say('check');
    const button = page.getByRole('button', { name: 'Run again' });
    await button.click();
    await page.getByText('Give a port').waitFor();
    expect(bot.heard.filter((one) => one.type === 'invoke')).toEqual([]);
    await page.getByLabel('Port').fill('80');
    await page.getByLabel('Source').selectOption('app0');
    await button.focus();
    await page.keyboard.press('Enter');
    await page.getByText('Runs with {"jobId":"7","nonce":"n","port":"80","source":"id-of-app0"}').waitFor();
    expect(await button.evaluate((it) => it === it.ownerDocument.activeElement)).toBe(true);
    await page.getByRole('radio', { name: 'Network team' }).check();
    await page.getByText('One question').waitFor();
    await page.getByRole('radio', { name: 'On-call' }).check();
    await page.getByText('Runs with').waitFor();
  });

  it('tells what a button came to', async () => {
    await open(async (activity, self) => {
      if (activity.type === 'invoke')
        return {
          body: { statusCode: 200, type: 'application/vnd.microsoft.activity.message', value: 'Already running.' },
        };
      if (activity.type === 'message')
        await self.send(activity.conversation.id, cardMessage('Card', [heading('Result')], [runAgain]));
      return undefined;
    });
    await say('check');
    await page.getByRole('button', { name: 'Run again' }).click();
    await page.getByText('Already running.').waitFor();
    expect(await page.locator('[aria-busy="true"]').count()).toBe(0);
  });

  it('opens a link of a card in a tab of its own that cannot reach back', async () => {
    const portal = { type: 'Action.OpenUrl', title: 'Open in portal', url: 'https://portal.test/' };
    const markdown = {
      type: 'TextBlock',
      text: 'See [the rule](https://portal.test/rule) or [this](javascript:alert(1))',
    };
    await open(async (activity, self) => {
      if (activity.type === 'message')
        await self.send(activity.conversation.id, cardMessage('Card', [markdown], [portal]));
      return undefined;
    });
    await page
      .context()
      .route('https://portal.test/**', (route) =>
        route.fulfill({ body: '<title>portal</title>', contentType: 'text/html' }),
      );
    await say('check');
    for (const link of [
      page.getByRole('link', { name: 'Open in portal' }),
      page.getByRole('link', { name: 'the rule' }),
    ]) {
      const [tab] = await Promise.all([page.context().waitForEvent('page'), link.click()]);
      await tab.waitForLoadState();
      expect(await tab.evaluate('window.opener')).toBeNull();
      await tab.close();
    }
    await page.getByText('[this](javascript:alert(1))').waitFor();
  });

  it('posts into a channel with a mention, in threads, and says when nobody was mentioned', async () => {
    await open(echo, {}, '#network-team/channel/en-US');
    await say('check one');
    await page.getByText('You said <at>hopcheck</at>&nbsp;check one').waitFor();
    const post = page.locator('.post');
    expect(await post.count()).toBe(1);
    await page.getByRole('button', { name: 'Reply' }).click();
    await page.getByLabel('Reply to this thread').fill('help');
    await page.keyboard.press('Enter');
    await page.getByText('You said <at>hopcheck</at>&nbsp;help').waitFor();
    expect(await post.count()).toBe(1);
    await page.locator('#main-composer').getByRole('button', { name: '@hopcheck' }).click();
    await say('lunch?');
    await page.locator('.post .note').getByText('hopcheck did not hear this').waitFor();
    expect(await post.count()).toBe(2);
    expect(bot.heard.filter((one) => one.type === 'message')).toHaveLength(2);
  });

  it('shows what two people see of each other', async () => {
    await open(echo, {}, '#on-call/channel/en-US');
    const other = await page.context().newPage();
    await other.goto(`${bot.url}/#network-team/channel/en-US`);
    await say('from On-call');
    await other.getByText('You said <at>hopcheck</at>&nbsp;from On-call').waitFor();
    await other.locator('.message', { hasText: '@hopcheck from On-call' }).waitFor();
    await other.getByRole('button', { name: /^hopcheck/ }).click();
    expect(await other.getByText('from On-call').count()).toBe(0);
  });

  it('keeps the place of a reader while a card above grows, and shows where new messages are', async () => {
    const personal = personalConversationId('on-call');
    await open(async () => undefined);
    const first = await bot.send(personal, cardMessage('First', lines(3)));
    for (let count = 0; count < 6; count += 1)
      await bot.send(personal, cardMessage(`Card ${count}`, [heading(`Card ${count}`), ...lines(6)]));
    await seen('Card 5').waitFor();
    const target = seen('Card 3');
    await target.scrollIntoViewIfNeeded();
    await page.locator('#scroller').hover();
    await page.mouse.wheel(0, -200);
    await page.waitForFunction('document.querySelector("#scroller").scrollTop > 0');
    const before = await settled(target);
    await bot.update(personal, first, cardMessage('First', lines(30)));
    await seen('line 29').waitFor({ state: 'attached' });
    expect(Math.abs((await settled(target)) - before)).toBeLessThanOrEqual(2);
    await bot.send(personal, cardMessage('Newest', [heading('Newest')]));
    const newer = page.getByRole('button', { name: 'New messages below' });
    await newer.waitFor();
    await newer.click();
    await newer.waitFor({ state: 'hidden' });
    expect((await seen('Newest').boundingBox())?.y).toBeLessThan(600);
  });

  /** Where it stands once two frames in a row agree. */
  const settled = (target: Locator): Promise<number> =>
    target.evaluate(
      (it) =>
        new Promise((resolve) => {
          const look = (last: number) => {
            const { top } = it.getBoundingClientRect();
            if (top === last) resolve(top);
            else it.ownerDocument.defaultView?.requestAnimationFrame(() => look(top));
          };
          look(Number.NaN);
        }),
    );

  it('shows dates in the reader’s zone, rich text, facts and tables', async () => {
    const cell = (text: string) => ({ type: 'TableCell', items: [{ type: 'TextBlock', text }] });
    const body = [
      { type: 'TextBlock', text: 'At {{DATE(2017-06-01T23:30:00Z,SHORT)}} {{TIME(2017-06-01T23:30:00Z)}}' },
      { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: 'UserRule_*Port80*', fontType: 'monospace' }] },
      { type: 'FactSet', facts: [{ title: 'Rule', value: 'a\\_b' }] },
      {
        type: 'Table',
        columns: [{ width: 1 }, { width: 1 }],
        firstRowAsHeader: true,
        rows: [
          { type: 'TableRow', cells: [cell('Hop'), cell('Address')] },
          { type: 'TableRow', cells: [cell('app0'), cell('10.1.1.4')] },
        ],
      },
    ];
    await open(
      async (activity, self) => {
        if (activity.type === 'message') await self.send(activity.conversation.id, cardMessage('Card', body));
        return undefined;
      },
      { timezoneId: 'Asia/Shanghai' },
    );
    await say('check');
    await seen(/^At Fri, Jun 2, 2017 7:30\sAM$/).waitFor();
    await page.getByText('UserRule_*Port80*').waitFor();
    await page.getByText('a_b', { exact: true }).waitFor();
    expect(await page.getByRole('columnheader').allInnerTexts()).toEqual(['Hop', 'Address']);
  });

  it('sends the language chosen, offers commands in it, and keeps both over a reload', async () => {
    await open(echo);
    await page.getByLabel('Language of your messages').selectOption('zh-CN');
    await page.getByRole('button', { name: '帮助' }).click();
    await page.keyboard.press('Enter');
    await page.getByText('You said 帮助').waitFor();
    expect(bot.heard.at(-1)).toMatchObject({ text: '帮助', locale: 'zh-CN' });
    await page.reload();
    await page.getByText('You said 帮助').waitFor();
    expect(await page.getByLabel('Language of your messages').inputValue()).toBe('zh-CN');
  });

  it('shows text as text', async () => {
    await open(echo);
    await say('<img src=x onerror="document.title=\'hit\'"> & <b>bold</b>');
    await page.getByText('You said <img src=x').waitFor();
    expect(await page.locator('.messages img, .messages b').count()).toBe(0);
    expect(await page.title()).toBe('hopcheck, local chat');
  });

  it('says when the bot cannot take a message', async () => {
    await open(async (activity) => (activity.type === 'message' ? { status: 500 } : undefined));
    await say('check');
    await page.locator('.note').getByText('hopcheck answered 500 to this message.').waitFor();
  });

  it.each([
    [320, 'light'],
    [320, 'dark'],
    [1200, 'light'],
    [1200, 'dark'],
  ] as const)(
    'fits %d px in %s: nothing runs off the side, all can be read and reached',
    async (width, colorScheme) => {
      await open(echo, { viewport: { width, height: 640 }, colorScheme }, '#network-team/channel/en-US');
      await say('check vm a-rather-long-name-without-any-place-to-break-it-0123456789 port 80');
      await page.getByText('You said').waitFor();
      const wide = `[...document.querySelectorAll('body *')].filter((it) => it.closest('.examples, .unseen, .skip') === null
      && it.getClientRects().length > 0 && it.getBoundingClientRect().right > innerWidth + 1).map((it) => it.outerHTML.slice(0, 80))`;
      expect(await page.evaluate(wide)).toEqual([]);
      expect(await page.evaluate('document.documentElement.scrollWidth <= innerWidth')).toBe(true);
      for (const selector of [
        '.simulated',
        '.author',
        '.byline time',
        '.examples button',
        '.mention-toggle',
        '.text',
        '.card .ac-textBlock',
      ]) {
        expect(await contrastOf(page.locator(selector).first()), selector).toBeGreaterThanOrEqual(4.5);
      }
      for (const box of await page.getByRole('button').filter({ visible: true }).all()) {
        const { height } = (await box.boundingBox()) ?? { height: 0 };
        expect(height, String(await box.textContent())).toBeGreaterThanOrEqual(24);
      }
    },
  );

  it('can be used with the keyboard alone', async () => {
    await open(echo);
    await page.evaluate('document.activeElement.blur()');
    const reached: string[] = [];
    for (let step = 0; step < 16; step += 1) {
      await page.keyboard.press('Tab');
      reached.push(
        (await page.evaluate<string>('document.activeElement.ariaLabel ?? document.activeElement.id ?? ""')) ||
          (await page.evaluate<string>('document.activeElement.textContent')),
      );
    }
    expect(reached).toEqual(expect.arrayContaining(['language', 'Messages', 'help', 'Message to hopcheck', 'Send']));
  });
});

/** The WCAG contrast of an element's text against the nearest opaque background under it. */
async function contrastOf(element: Locator): Promise<number> {
  const [ink, ground] = await element.evaluate((it) => {
    const styleOf = (one: typeof it) => it.ownerDocument.defaultView?.getComputedStyle(one);
    let under: typeof it | null = it;
    while (under && /^rgba\(.*, 0\)$/.test(styleOf(under)?.backgroundColor ?? '')) under = under.parentElement;
    return [styleOf(it)?.color ?? '', (under && styleOf(under)?.backgroundColor) ?? ''];
  });
  const [light = 0, dark = 0] = [luminance(ink), luminance(ground)].sort((a, b) => b - a);
  return (light + 0.05) / (dark + 0.05);
}

function luminance(colour = ''): number {
  const [red = 0, green = 0, blue = 0] = (colour.match(/[\d.]+/g) ?? []).map((part) => {
    const share = Number(part) / 255;
    return share <= 0.03928 ? share / 12.92 : ((share + 0.055) / 1.055) ** 2.4;
  });
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
