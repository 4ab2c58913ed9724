import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { findingCodes } from '../../src/diagnosis/findings.ts';
import { readExpectations, scenarioNames } from '../../src/simulator/topologies.ts';
import { type Booted, boot, cardOf, summaryOf } from '../support/app.ts';

/** What is no more than a note: permissions, and where packets go. */
const notes = new Set(['NSG_ALLOW', 'NSG_NONE', 'NEXT_HOP', 'ASYMMETRIC_ROUTE']);

describe.each(scenarioNames())('%s', (name) => {
  let booted: Booted;
  beforeAll(async () => {
    booted = await boot({ HOPCHECK_TOPOLOGY: name });
  });
  afterAll(() => booted.stop());

  test.each(readExpectations(name).map(({ command, verdict, findings }) => [command, verdict, [...findings]] as const))(
    '%s: %s %s',
    async (command, verdict, findings) => {
      const answer = await booted.ask(command);
      const codes = codesOf(JSON.stringify(cardOf(answer)));
      expect(summaryOf(answer)).toMatch(new RegExp(`^${verdict}: `));
      for (const code of findings) expect(codes).toContain(code);
      // The first is the headline; where nothing is expected, nothing is blamed.
      const blamed = codes.filter((code) => !notes.has(code));
      if (findings.length === 0) expect(blamed).toEqual([]);
      else expect(findings).toContain(blamed[0]);
      expect(booted.logged.filter(({ level }) => level === 'error')).toEqual([]);
    },
  );
});

function codesOf(card: string): string[] {
  const codes: readonly string[] = findingCodes;
  return [...card.matchAll(/"text":"([A-Z_]+)"/g)].flatMap(([, code]) => (code && codes.includes(code) ? code : []));
}
