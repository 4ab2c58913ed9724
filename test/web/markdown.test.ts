import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { escapeHtml, toHtml } from '../../src/web/page/markdown.js';

const link = (label: string, href: string) =>
  `<a href="${href}" rel="noopener noreferrer" target="_blank">${label}</a>`;

describe('Markdown of a card', () => {
  it.each<[string, string]>([
    ['plain', '<p>plain</p>'],
    [
      '**bold** and *weak* and __bold__ and _weak_',
      '<p><strong>bold</strong> and <em>weak</em> and <strong>bold</strong> and <em>weak</em></p>',
    ],
    ['**bold with *weak* inside**', '<p><strong>bold with <em>weak</em> inside</strong></p>'],
    ['`nsg_*db*`', '<p><code>nsg_*db*</code></p>'],
    ['UserRule_Port80 and snake_case_name', '<p>UserRule_Port80 and snake_case_name</p>'],
    ['2 * 3 * 4', '<p>2 * 3 * 4</p>'],
    ['\\*not weak\\* and \\_neither\\_ and C:\\temp', '<p>*not weak* and _neither_ and C:\\temp</p>'],
    ['[portal](https://portal.azure.com/#x)', `<p>${link('portal', 'https://portal.azure.com/#x')}</p>`],
    ['[plain](http://portal.azure.com)', '<p>[plain](http://portal.azure.com)</p>'],
    ['[code](javascript:alert(1))', '<p>[code](javascript:alert(1))</p>'],
    ['[q](https://x.example/"onclick=)', '<p>[q](https://x.example/&quot;onclick=)</p>'],
    ['<b>html</b> & "quotes"', '<p>&lt;b&gt;html&lt;/b&gt; &amp; &quot;quotes&quot;</p>'],
    ['one\ntwo\n\nthree', '<p>one<br>two</p><p>three</p>'],
    ['- a\n- b\nafter', '<ul><li>a</li><li>b</li></ul><p>after</p>'],
    ['3. c\n4. d', '<ol start="3"><li>c</li><li>d</li></ol>'],
    ['\\- a', '<p>- a</p>'],
    ['1\\. a', '<p>1. a</p>'],
    ['**open', '<p>**open</p>'],
    ['****', '<p>****</p>'],
    ['', ''],
  ])('%j becomes %j', (text, html) => {
    expect(toHtml(text)).toBe(html);
  });

  it('shows a mention only where the card declares it', () => {
    const mention = '<at>On-call</at>';
    expect(toHtml(`${mention} asked`, [mention])).toBe('<p><span class="mention">On-call</span> asked</p>');
    expect(toHtml(`${mention} asked`)).toBe('<p>&lt;at&gt;On-call&lt;/at&gt; asked</p>');
  });

  it('lets no tag and no attribute through that it did not write itself', () => {
    const marks = fc.constantFrom(
      '<',
      '>',
      '"',
      "'",
      '&',
      '*',
      '_',
      '`',
      '[',
      ']',
      '(',
      ')',
      '\\',
      '\n',
      'https://a',
      'on=',
      ' ',
      'a',
      '- ',
    );
    fc.assert(
      fc.property(fc.array(marks, { maxLength: 40 }), (parts) => {
        const html = toHtml(parts.join(''));
        const own =
          /<\/?(?:p|strong|em|code|ul|ol|li|br)>|<ol start="\d+">|<\/a>|<a href="https:\/\/[^"<>\s]*" rel="noopener noreferrer" target="_blank">/g;
        expect(html.replace(own, '')).not.toMatch(/[<>"']/);
      }),
      { numRuns: 2_000 },
    );
  });

  it('shows escaped text as it was', () => {
    const word = fc.stringMatching(/^[a-z*_`[\]()\\<>&#.-]{1,30}$/);
    fc.assert(
      fc.property(word, (text) => {
        const escaped = text.replace(/[\\`*_~[\]<>|&#.()-]/g, '\\$&');
        expect(toHtml(escaped)).toBe(`<p>${escapeHtml(text)}</p>`);
      }),
    );
  });
});
