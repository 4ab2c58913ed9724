import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Locale } from '../../src/core/chat.ts';
import { clean } from '../../src/language/clean.ts';
import { readCommand } from '../../src/language/commands.ts';
import { quote, unquote, words } from '../../src/language/words.ts';
import { anyMessage } from './arbitraries.ts';
import { patience, runs } from './runs.ts';
import { commands } from './spoken.ts';
import { readMessage, table } from './table.ts';

describe('a printed request', () => {
  for (const [name, { read, print, requests }] of Object.entries(commands)) {
    it(`reads back as itself: ${name}`, { timeout: patience }, () => {
      fc.assert(
        fc.property(requests, fc.constantFrom<Locale>('en', 'zh'), (request, locale) => {
          expect(readMessage(print(request as never, locale), name, read)).toEqual(request);
        }),
        { numRuns: runs },
      );
    });
  }

  it('is known for every command', () => {
    expect(Object.keys(commands).sort()).toEqual(table.map((command) => command.name).sort());
  });
});

describe('whatever is typed', () => {
  it('is read or refused, never thrown at', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const said = words(text);
        const found = readCommand(said, table);
        for (const { read } of Object.values(commands)) read(said);
        if (found.ok) commands[found.value.command]?.read(found.value.rest);
      }),
      { numRuns: runs },
    );
  });

  it('is understood the same when it is printed', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const found = readCommand(words(text), table);
        if (!found.ok) return;
        const command = commands[found.value.command];
        const reading = command?.read(found.value.rest);
        if (!command || !reading?.ok) return;
        expect(readMessage(command.print(reading.value as never), found.value.command, command.read)).toEqual(
          reading.value,
        );
      }),
      { numRuns: runs },
    );
  });

  it('is clean after cleaning, without markup, double spaces or curly quotes', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage, (text) => {
        const cleaned = clean(text);
        expect(cleaned).not.toMatch(/<\/?at>|[\u2018-\u201f\u2013\u2014\u00a0\t\n\r]| {2}|^ | $/i);
        expect(cleaned).toBe(cleaned.normalize('NFKC'));
      }),
      { numRuns: runs },
    );
  });

  it('is quoted so that it stays one word', { timeout: patience }, () => {
    fc.assert(
      fc.property(anyMessage.map(clean), (text) => {
        const inner = text
          .replace(/[<>[\]&\p{Cf}\p{Cc}\p{Co}\p{Cn}\p{Cs}]/gu, '')
          .replace(/\s+/g, ' ')
          .trim();
        fc.pre(inner !== '' && inner === clean(inner));
        expect(
          words(`check ${quote(inner)}`)
            .slice(1)
            .map(unquote),
        ).toEqual([inner]);
      }),
      { numRuns: runs },
    );
  });
});
