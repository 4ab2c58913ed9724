import type { Browser, Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { type Booted, boot } from '../support/app.ts';
import { openBrowser } from '../support/browser.ts';

const opened = await openBrowser();
if ('skipped' in opened) console.warn(`SKIPPED: the product in a browser: ${opened.skipped}`);

describe.skipIf('skipped' in opened)('the product, as somebody uses it in a browser', () => {
  let booted: Booted;
  let browser: Browser;
  beforeAll(async () => {
    if ('skipped' in opened) return;
    browser = opened;
    booted = await boot();
  });
  afterAll(async () => {
    await browser.close();
    await booted.stop();
  });

  async function openPage(width: number): Promise<Page> {
    const page = await browser.newPage({ viewport: { width, height: 900 } });
    page.setDefaultTimeout(8000);
    await page.goto(booted.app.url);
    await page.getByText('Can one machine reach another?').first().waitFor();
    return page;
  }

  async function type(page: Page, text: string) {
    await page.getByRole('textbox').fill(text);
    await page.keyboard.press('Enter');
  }

  test('the owner’s sentence in the channel, where app0 is the source', async () => {
    const page = await openPage(1100);
    await page.getByText('network', { exact: true }).click();
    await type(page, '@hopcheck check vm db0 port 80');
    const card = page.locator('.ac-adaptiveCard', { hasText: 'in network security group' }).last();
    await card.waitFor();
    const text = await card.textContent();
    for (const fact of ['Unreachable', 'app0', 'db0', 'deny-80', 'nsg-db', 'priority 310'])
      expect(text).toContain(fact);
    await page.close();
  });

  test('a pick list, its run, the raw answer and the way back, on a phone’s width', async () => {
    const page = await openPage(320);
    await type(page, 'check vm db0 port 1433');
    const picker = page.getByRole('combobox').last();
    await picker.waitFor();
    const value = await picker.locator('option[value$="/app0"]').getAttribute('value');
    await picker.selectOption(value);
    await page.getByRole('button', { name: 'Run the check' }).last().click();
    const card = page.locator('.ac-adaptiveCard').last();
    await card.getByText('Reachable', { exact: true }).waitFor();
    await page.getByRole('button', { name: 'Raw JSON' }).last().click();
    await card.getByText('"connectionStatus"').first().waitFor();
    await page.getByRole('button', { name: 'Back' }).last().click();
    await card.getByText('Reachable', { exact: true }).waitFor();
    const overflow = await page.evaluate('document.documentElement.scrollWidth - document.documentElement.clientWidth');
    expect(overflow).toBe(0);
    await page.close();
  });
});
