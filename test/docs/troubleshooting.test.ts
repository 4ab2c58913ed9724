import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { errorCodes } from '../../src/core/errors.ts';

const page = readFileSync(new URL('../../docs/troubleshooting.md', import.meta.url), 'utf8');

/** The sections that are headed by a code, in the page's order, with their text. */
const sections = page
  .split(/^(?=#{2,3} )/m)
  .map((section) => /^### ([A-Z][A-Z_]+)\n([\s\S]*)$/.exec(section))
  .flatMap((match) => (match ? [{ code: match[1] ?? '', text: (match[2] ?? '').trim() }] : []));

describe('the page and the closed list of error codes', () => {
  test('each code heads one section, in the list’s order, and nothing else does', () => {
    expect(sections.map(({ code }) => code)).toEqual([...errorCodes]);
  });

  test.each(sections)('$code: the section says something of its own', ({ code, text }) => {
    expect(text.length).toBeGreaterThan(60);
    expect(sections.filter((other) => other.text === text)).toHaveLength(1);
    expect(text).not.toContain(`(#${code.toLowerCase()})`);
  });
});
