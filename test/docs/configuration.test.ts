import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { configurationPage } from '../../scripts/configuration-page.ts';
import { settings } from '../../src/config.ts';

const read = (path: string) => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('docs/configuration.md', () => {
  test('is what "npm run docs" would write now', () => {
    expect(read('docs/configuration.md')).toBe(configurationPage(settings, read('.env.example')));
  });

  test('has one row for each setting', () => {
    const rows = [...read('docs/configuration.md').matchAll(/^\| `(\w+)` \|/gm)].map(([, name]) => name);
    expect(rows.toSorted()).toEqual(Object.keys(settings).toSorted());
  });
});

describe('the page of a schema', () => {
  const schema = {
    PLACES: z.string().transform(Number).pipe(z.number().min(1).max(9)).default(3),
    COLOUR: z.enum(['red', 'blue']).optional(),
    OWNER: z.guid().optional(),
  };
  const example = [
    '# --- Things ---',
    '# How many.',
    'PLACES=3',
    '# Which one;',
    '# red | blue.',
    'COLOUR=red',
    'OWNER=',
    '# More is said elsewhere.',
    '',
  ].join('\n');

  test('tells values, defaults and meanings, and keeps what stands at a group’s end', () => {
    const page = configurationPage(schema, example);
    expect(page).toContain('## Things');
    expect(page).toContain('| `PLACES` | 1 to 9 | `3` | How many. |');
    expect(page).toContain('| `COLOUR` | `red`, `blue` | `red` ¹ | Which one; red \\| blue. |');
    expect(page).toContain('| `OWNER` | a GUID | – | See `COLOUR`. |');
    expect(page).toMatch(/\n\nMore is said elsewhere\.\n$/);
  });

  const wrong: readonly (readonly [what: string, text: string, says: RegExp])[] = [
    ['lacks a setting', example.replace('OWNER=', ''), /does not document OWNER/],
    ['has one too many', example.replace('OWNER=', 'OWNER=\nSIZE='), /nothing reads: SIZE/],
    ['has another default', example.replace('PLACES=3', 'PLACES=4'), /PLACES: its default is "3"/],
  ];
  test.each(wrong)('is refused where the example file %s', (_what, text, says) => {
    expect(() => configurationPage(schema, text)).toThrow(says);
  });
});
