import fc from 'fast-check';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { readActivity } from '../../src/teams/activity.ts';
import { admit } from '../../src/teams/front-door.ts';
import { type Booted, boot } from '../support/app.ts';
import { messageActivity, serviceUrl, tenantId } from './support/door.ts';

const runs = process.env.SOAK === undefined ? 1000 : 100_000;
const door = { local: false, serviceOrigins: ['https://smba.trafficmanager.net'], tenants: [tenantId] };
const voucher = { serviceUrl, endorsements: ['msteams'] };

/** JSON texts, so that `__proto__` is a key of its own as it is on the wire. */
const deep = fc.integer({ min: 1, max: 20_000 }).map((depth) => `${'['.repeat(depth)}${']'.repeat(depth)}`);
const deepObject = fc
  .integer({ min: 1, max: 5000 })
  .map((depth) => `${'{"conversation":'.repeat(depth)}1${'}'.repeat(depth)}`);
const polluting = fc.constantFrom(
  '{"__proto__":{"polluted":true}}',
  '{"constructor":{"prototype":{"polluted":true}}}',
  '{"prototype":{"polluted":true},"hasOwnProperty":1,"toString":null,"valueOf":[]}',
);
const odd = fc.oneof(
  fc.json({ maxDepth: 4 }),
  fc.jsonValue().map((value) => JSON.stringify(value)),
  fc.constantFrom('null', 'true', '0', '-1', '1e999', '""', '[]', '{}', '"\\u0000"', '"\\ud800"', '[[]]', '{"id":[]}'),
  fc.string({ unit: 'binary', maxLength: 200 }).map((text) => JSON.stringify(text)),
  fc.integer({ min: 1000, max: 60_000 }).map((length) => JSON.stringify('x'.repeat(length))),
  deep,
  deepObject,
  polluting,
);

const fields = [
  ...['type', 'id', 'channelId', 'serviceUrl', 'timestamp', 'text', 'locale', 'conversation', 'from', 'recipient'],
  ...['channelData', 'value', 'name', 'action', 'replyToId', 'entities', 'attachments', 'membersAdded', 'deliveryMode'],
  ...['__proto__', 'constructor', 'toString', 'callerId', 'textFormat', 'relatesTo', 'semanticAction'],
];
const inner: Readonly<Record<string, readonly string[]>> = {
  conversation: ['id', 'conversationType', 'tenantId', '__proto__'],
  from: ['id', 'name', 'aadObjectId', '__proto__'],
  channelData: ['tenant', 'team', 'channel', '__proto__'],
  value: ['action', 'verb', 'jobId', 'nonce', '__proto__', 'constructor'],
};
const place = fc.oneof(
  fc.constantFrom(...fields).map((field) => [field]),
  fc.constantFrom(...Object.entries(inner).flatMap(([field, names]) => names.map((name) => [field, name]))),
);
const kinds = fc.constantFrom(
  { type: 'message' },
  { type: 'message', value: { verb: 'raw', jobId: 'x', nonce: 'y' } },
  { type: 'invoke', name: 'adaptiveCard/action', value: { action: { verb: 'raw', data: { jobId: 'x', nonce: 'y' } } } },
  { type: 'invoke', name: 'composeExtension/query', value: {} },
  { type: 'installationUpdate', action: 'add' },
  { type: 'conversationUpdate' },
  { type: 'event', name: 'x' },
);

/** A right activity with some of its fields replaced by something else, as JSON text. */
const oddActivities = (base: Record<string, unknown>) =>
  fc.tuple(kinds, fc.array(fc.tuple(place, odd), { minLength: 1, maxLength: 4 })).map(([kind, changes]) => {
    const members = new Map<string, string>(
      Object.entries({ ...base, ...kind }).map(([name, value]) => [name, JSON.stringify(value)]),
    );
    for (const [[field = '', name], text] of changes) {
      members.set(field, name === undefined ? text : `{"id":"1",${JSON.stringify(name)}:${text}}`);
    }
    return `{${[...members].map(([name, text]) => `${JSON.stringify(name)}:${text}`).join(',')}}`;
  });

const clean = () => expect(Reflect.get({}, 'polluted')).toBeUndefined();

describe('activities with odd fields', () => {
  test(`${runs}: the door and the reader never throw and never pollute`, () => {
    fc.assert(
      fc.property(oddActivities(messageActivity()), (text) => {
        const admission = admit(JSON.parse(text), door, voucher);
        if (admission.ok) readActivity(admission.known, 'en');
        else expect([400, 403]).toContain(admission.status);
        clean();
      }),
      { numRuns: runs },
    );
  });

  describe('through the whole product', () => {
    let booted: Booted;
    beforeAll(async () => {
      booted = await boot();
    });
    afterAll(() => booted.stop());

    const some = runs / 10;
    test(`${some}: nothing is answered with a 5xx, nothing surprises`, async () => {
      const base = messageActivity({ serviceUrl: `${booted.app.url}/connector` });
      await fc.assert(
        fc.asyncProperty(oddActivities(base), async (body) => {
          const response = await fetch(`${booted.app.url}/api/messages`, {
            method: 'POST',
            headers: { 'content-type': 'application/json' },
            body,
          });
          const text = await response.text();
          // A body that is well-formed but no invoke of ours is answered as the protocol wants it.
          if (response.status !== 501) expect(response.status).toBeLessThan(500);
          if (response.status >= 400) expect(text).toBe('');
          clean();
        }),
        { numRuns: some },
      );
      const surprises = booted.logged.flatMap(({ level, facts }) =>
        level === 'error' && 'error' in facts ? [String(facts.error)] : [],
      );
      // An odd conversation is one that the connector does not know: that is its answer, and no surprise.
      expect(surprises.filter((text) => !/There is no (conversation|message)/.test(text))).toEqual([]);
    });
  });
});
