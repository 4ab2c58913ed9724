import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { expect, onTestFinished, test } from 'vitest';
import { boot, isFinal, summaryOf } from '../support/app.ts';
import { createFastClock } from '../support/clock.ts';

test('a turn that could not store its question in time says so to the channel, and still answers once', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'hopcheck-slow-'));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  // Ten seconds are fifty milliseconds, and the store waits for a quarter of a second for the other process.
  const booted = await boot({ HOPCHECK_DATA_DIR: folder }, { channelClock: createFastClock(200) });
  onTestFinished(() => booted.stop());
  const other = new DatabaseSync(join(folder, 'hopcheck.sqlite'));
  other.exec('BEGIN IMMEDIATE');
  const { message, delivery } = await booted.chat.say({
    person: 'on-call',
    place: { kind: 'personal' },
    text: 'check from app0 to db0 port 80',
  });
  other.exec('COMMIT');
  other.close();
  expect(delivery).toEqual({ ok: false, why: 'hopcheck answered 503 to this message.' });
  const answer = await booted.chat.connector.waitFor(
    ({ author, id, activity }) =>
      author === 'bot' && Number(id) > Number(message.id) && isFinal({ ...message, author, id, activity }),
    10_000,
  );
  // Whichever was first: the other process letting go of the store, or the store giving up on it.
  const isTaken = summaryOf(answer).includes('Unreachable');
  expect(isTaken || summaryOf(answer).startsWith('I did not take this on')).toBe(true);
  expect(booted.asked('/connectivityCheck')).toBe(isTaken ? 1 : 0);
});
