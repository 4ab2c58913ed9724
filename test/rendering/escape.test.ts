import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { cleanText, escapeMarkdown } from '../../src/rendering/escape.ts';
import { toHtml } from '../../src/web/page/markdown.js';

const textOf = (html: string) =>
  html
    .replace(/<\/?p>|<br>/g, '')
    .replace(/&(amp|lt|gt|quot|#39);/g, (_, name: string) => ({ amp: '&', lt: '<', gt: '>', quot: '"' })[name] ?? "'");

describe('cleanText', () => {
  it.each([
    ['db0', 'db0'],
    ['数据库-0', '数据库-0'],
    ['a\u0000b\u0007c\u009d', 'abc'],
    ['line\r\nbreak\ttab', 'line break tab'],
    ['evil\u202etxt.exe', 'eviltxt.exe'],
    ['a\u2066b\u2069c\u200fd\u061ce', 'abcde'],
    ['zero\u200bwidth\ufeff', 'zerowidth'],
    ['tag\u{e0041}s', 'tags'],
    ['half \ud83d', 'half \ufffd'],
    ['${name}', '$ {name}'],
    ['{{DATE(2026-01-01T00:00:00Z)}}', '{ {DATE(2026-01-01T00:00:00Z)}}'],
    ['{{ time (x)', '{ { time (x)'],
  ])('%j becomes %j', (dirty, clean) => {
    expect(cleanText(dirty)).toBe(clean);
  });

  it('is done after one pass', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary' }), (text) => cleanText(cleanText(text)) === cleanText(text)));
  });
});

describe('escapeMarkdown', () => {
  it.each([
    ['vm-01.example_x', 'vm-01.example\\_x'],
    ['*bold* _it_ ~no~', '\\*bold\\* \\_it\\_ \\~no\\~'],
    ['[x](https://evil.example)', '\\[x\\](https://evil.example)'],
    ['<b>&amp;</b>', '\\<b\\>\\&amp;\\</b\\>'],
    ['- item', '\\- item'],
    ['# title', '\\# title'],
    ['1. first', '1\\. first'],
    ['back\\slash `code`', 'back\\\\slash \\`code\\`'],
    ['10.1.4.4', '10.1.4.4'],
  ])('%j becomes %j', (text, escaped) => {
    expect(escapeMarkdown(text)).toBe(escaped);
  });

  it('shows any text as itself, with no markup', () => {
    const marks = fc.constantFrom(
      '*',
      '_',
      '`',
      '[',
      ']',
      '(',
      ')',
      '\\',
      '#',
      '-',
      '1.',
      '<',
      '&',
      ' ',
      'a',
      '~',
      '|',
    );
    const text = fc.oneof(
      fc.string({ unit: 'grapheme' }),
      fc.array(marks).map((parts) => parts.join('')),
    );
    fc.assert(
      fc.property(text, (outside) => {
        const clean = cleanText(outside);
        fc.pre(clean.trim() !== '');
        expect(textOf(toHtml(escapeMarkdown(outside)))).toBe(clean);
      }),
      { numRuns: 1000 },
    );
  });
});
