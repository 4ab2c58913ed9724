import { describe, expect, test } from 'vitest';
import { formOf, readForm } from '../../src/commands/form.ts';
import { machine } from './estates.ts';

const app0 = machine('app0', '10.2.1.4');
const db0 = machine('db0', '10.2.3.4');
const problem = { code: 'SOURCE_MISSING', facts: {} } as const;
const form = (source: boolean, destination: boolean, port: boolean) =>
  formOf({ needs: { source, destination, port }, machines: [db0, app0], problem });
const chosen = { kind: 'vm', name: 'app0', group: 'ShopRG', resourceId: app0.resourceId };

describe('the fields of a form', () => {
  test.each([
    ['a machine of the list', form(true, false, false), { source: app0.resourceId }, { source: chosen }],
    ['without case, as ARM', form(true, false, false), { source: app0.resourceId.toUpperCase() }, { source: chosen }],
    [
      'a typed name',
      form(false, true, false),
      { destination: ' web0 ' },
      { destination: { kind: 'vm', name: 'web0' } },
    ],
    [
      'a typed place with its port',
      form(false, true, true),
      { destination: 'db0:1433', port: '80' },
      { destination: { kind: 'vm', name: 'db0' }, port: 80 },
    ],
    ['a service', form(false, false, true), { port: 'https' }, { port: 443 }],
    ['nothing that is not asked', form(false, false, false), { source: 'x', destination: 'y' }, {}],
  ])('%s', (_what, asked, inputs, filled) => {
    expect(readForm(asked, inputs)).toEqual({ ok: true, value: filled });
  });

  test.each([
    ['a machine that was not offered', form(true, false, false), { source: `${app0.resourceId}x` }, 'SOURCE_MISSING'],
    ['no machine', form(true, false, false), {}, 'SOURCE_MISSING'],
    ['no destination', form(false, true, false), { destination: '  ' }, 'DESTINATION_MISSING'],
    ['a tag as destination', form(false, true, false), { destination: 'tier=web' }, 'NOT_UNDERSTOOD'],
    ['what is no place', form(false, true, false), { destination: 'a b c' }, 'NOT_UNDERSTOOD'],
    ['no port', form(false, false, true), {}, 'PORT_INVALID'],
    ['a port out of range', form(false, false, true), { port: '70000' }, 'PORT_INVALID'],
  ])('%s is refused', (_what, asked, inputs, code) => {
    expect(readForm(asked, inputs)).toMatchObject({ ok: false, problem: { code } });
  });
});

test('a form keeps no more machines than a list can hold, the first by name, and counts them all', () => {
  const many = Array.from({ length: 450 }, (_, index) => machine(`vm-${String(449 - index).padStart(3, '0')}`, ''));
  const kept = formOf({ needs: { source: true, destination: false, port: false }, machines: many, problem });
  expect(kept.machines).toHaveLength(200);
  expect(kept.machines[0]?.name).toBe('vm-000');
  expect(kept.total).toBe(450);
  expect(form(true, false, false)).not.toHaveProperty('total');
});
