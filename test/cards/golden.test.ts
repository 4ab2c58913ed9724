import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { samples } from './samples.ts';

const cards = new URL('../../cards/', import.meta.url);
const golden = new URL('./golden/', import.meta.url);
const renderer = createRenderer(new URL('../../cards', import.meta.url));
const update = process.env.UPDATE_GOLDEN === '1';

/** Compares with the file, or writes it when asked to by UPDATE_GOLDEN=1. */
function expectFile(file: URL, content: unknown): void {
  const text = `${JSON.stringify(content, null, 2)}\n`;
  if (update) {
    mkdirSync(new URL('./', file), { recursive: true });
    writeFileSync(file, text);
  }
  expect(existsSync(file), `${file.pathname} is missing; UPDATE_GOLDEN=1 writes it`).toBe(true);
  expect(text).toBe(readFileSync(file, 'utf8'));
}

describe('every template with its samples', () => {
  const en = samples('en');
  const zh = samples('zh');

  it('has samples', () => {
    expect(Object.keys(en).sort()).toEqual([...renderer.templates].sort());
  });

  for (const [template, replies] of Object.entries(en)) {
    it(`${template}: sample data beside the template`, () => {
      expectFile(new URL(`${template}.sample.json`, cards), { en: replies, zh: zh[template] });
    });
    for (const [name, reply] of Object.entries(replies)) {
      it(`${template}: ${name}`, () => {
        expectFile(new URL(`${template}.${name}.en.json`, golden), renderer.render(reply));
        const translated = zh[template]?.[name];
        if (!translated) throw new Error(`no Chinese sample ${name} of ${template}`);
        expectFile(new URL(`${template}.${name}.zh.json`, golden), renderer.render(translated));
      });
    }
  }
});
