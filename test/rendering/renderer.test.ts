import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import type { JsonObject } from '../../src/core/json.ts';
import { cardBudgetBytes, createRenderer } from '../../src/rendering/renderer.ts';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'cards-'));
  mkdirSync(join(folder, 'icons'));
});
afterEach(() => rmSync(folder, { recursive: true }));

const text = (value: string) => ({ type: 'AdaptiveCard', body: [{ type: 'TextBlock', text: value }] });

function rendererOf(template: unknown) {
  writeFileSync(join(folder, 'one.json'), JSON.stringify(template));
  return createRenderer(folder);
}

const render = (template: unknown, data: JsonObject) =>
  JSON.stringify(rendererOf(template).render({ card: 'one', data, summary: '' }));

it('compiles every template of the product', async () => {
  const renderer = createRenderer(new URL('../../cards/', import.meta.url));
  expect(renderer.templates).toContain('result');
  await renderer.warm();
});

it('draws the same reply once, and another reply with the same words on its own', () => {
  const renderer = rendererOf(text('Hello ${name}'));
  const reply = { card: 'one', data: { name: 'x' }, summary: '' };
  const card = renderer.render(reply);
  expect(renderer.render(reply)).toBe(card);
  expect(renderer.render({ ...reply })).not.toBe(card);
  expect(renderer.render({ ...reply, data: { name: 'y' } })).toEqual(text('Hello y'));
});

describe('a template', () => {
  it.each([
    ['an expression', text('${toUpper(name)}')],
    ['json()', text('${json(name)}')],
    ['an index', text('${list[0]}')],
    ['$when', { type: 'AdaptiveCard', $when: '${flag}' }],
    ['data of its own', { type: 'AdaptiveCard', $data: { name: 'x' } }],
    ['a FactSet', { type: 'AdaptiveCard', body: [{ type: 'FactSet', facts: [] }] }],
  ])('with %s is refused at the start, by name', (_, template) => {
    expect(() => rendererOf(template)).toThrow(/cards\/one\.json/);
  });

  it('that is not there is named', () => {
    const renderer = rendererOf(text('x'));
    expect(() => renderer.render({ card: 'two', data: {}, summary: '' })).toThrow('cards/two.json');
  });
});

describe('data', () => {
  it.each<[string, JsonObject, string]>([
    ['a missing field', {}, 'data.name is missing'],
    ['null', { name: null }, 'data.name is missing'],
    ['an object', { name: { type: 'Image', url: 'https://evil.example' } }, 'data.name is of type object'],
    ['a list', { name: ['x'] }, 'data.name is a list'],
    ['an inherited field', JSON.parse('{"__proto__":{"name":"x"}}'), 'data.name is missing'],
  ])('with %s where a text belongs is refused', (_, data, message) => {
    expect(() => render(text('Hello ${name}'), data)).toThrow(message);
  });

  it('names the place of what is missing in a list', () => {
    const list = { type: 'AdaptiveCard', body: [{ $data: '${hops}', type: 'TextBlock', text: '${name}' }] };
    expect(() => render(list, { hops: [{ name: 'a' }, {}] })).toThrow('data.hops[1].name is missing');
    expect(() => render(list, {})).toThrow('data.hops is missing');
    expect(() => render(list, { hops: ['a'] })).toThrow('data.hops[0] is of type string');
  });

  it('is never evaluated, and leaves nothing to evaluate behind', () => {
    const card = render(text('${name}'), { name: '${$root.secret}', secret: 'hidden' });
    expect(card).not.toContain('${');
    expect(card).not.toContain('hidden');
  });

  it('repeats, leaves out and reaches the root', () => {
    const template = {
      type: 'AdaptiveCard',
      body: [
        { $data: '${none}', type: 'TextBlock', text: '${name}' },
        { $data: '${two}', type: 'TextBlock', text: '${$root.label} ${name}' },
      ],
    };
    const card = render(template, { none: [], two: [{ name: 'a' }, { name: 'b' }], label: 'hop' });
    expect(JSON.parse(card).body.map((block: { text: string }) => block.text)).toEqual(['hop a', 'hop b']);
  });

  it('is escaped where Markdown is read, and only there', () => {
    const template = {
      type: 'AdaptiveCard',
      fallbackText: '${name}',
      body: [
        { type: 'TextBlock', text: '${name} at {{TIME(${at})}}' },
        { type: 'RichTextBlock', inlines: [{ type: 'TextRun', text: '${name}' }] },
      ],
    };
    const card = JSON.parse(render(template, { name: 'a_b*', at: '2026-01-01T00:00:00Z' }));
    expect(card.fallbackText).toBe('a\\_b\\*');
    expect(card.body[0].text).toBe('a\\_b\\* at {{TIME(2026-01-01T00:00:00Z)}}');
    expect(card.body[1].inlines[0].text).toBe('a_b*');
  });

  it('cannot bring a time of its own', () => {
    expect(render(text('${name}'), { name: '{{DATE(2026-01-01T00:00:00Z)}}' })).not.toContain('{{');
  });
});

describe('a card', () => {
  it('over the budget is refused, in bytes and not in characters', () => {
    expect(() => render(text('${name}'), { name: 'x'.repeat(cardBudgetBytes) })).toThrow('over the budget');
    expect(() => render(text('${name}'), { name: '端'.repeat(cardBudgetBytes / 3) })).toThrow('over the budget');
    expect(render(text('${name}'), { name: 'x'.repeat(cardBudgetBytes - 200) }).length).toBeLessThan(cardBudgetBytes);
  });

  it.each(['http://portal.azure.com/', 'javascript:alert(1)', '//evil.example', ' https://x'])(
    'does not link to %j',
    (url) => {
      const template = { type: 'AdaptiveCard', actions: [{ type: 'Action.OpenUrl', title: 'x', url: '${url}' }] };
      expect(() => render(template, { url })).toThrow('not https');
    },
  );

  it('carries only icons of the folder', () => {
    writeFileSync(join(folder, 'icons', 'dot.png'), 'PNG');
    const template = { type: 'AdaptiveCard', body: [{ type: 'Image', altText: '', url: '${icon}' }] };
    expect(render(template, { icon: 'icon:dot' })).toContain('data:image/png;base64,');
    expect(() => render(template, { icon: 'https://evil.example/x.png' })).toThrow('no icon');
  });
});
