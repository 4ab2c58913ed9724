import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { type Booted, boot, buttonsOf, cardOf, summaryOf, textsOf } from '../../support/app.ts';

const machines = Array.from({ length: 23 }, (_, index) => `vm-${String(index).padStart(2, '0')}`);
const network = `
name: many
title: More machines than fit a page
subscriptions:
  - id: 55555555-5555-4555-8555-555555555555
    name: Many
    groups:
      - name: many
        region: westeurope
        watchers: [{ name: NetworkWatcher_westeurope }]
        vnets: [{ name: vnet, prefixes: 10.1.0.0/16, subnets: [{ name: all, prefix: 10.1.1.0/24 }] }]
        vms:
${machines
  .map(
    (name, index) =>
      `          - { name: ${name}, nics: [{ name: ${name}-nic, subnet: vnet/all, address: 10.1.1.${index + 4} }] }`,
  )
  .join('\n')}
`;

let folder: string;
let booted: Booted;
beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'hopcheck-vms-'));
  writeFileSync(join(folder, 'many.yaml'), network);
  booted = await boot({ HOPCHECK_TOPOLOGY: join(folder, 'many.yaml') });
});
afterAll(async () => {
  await booted.stop();
  rmSync(folder, { recursive: true });
});

const named = (card: unknown) => [...JSON.stringify(card).matchAll(/"text":"(vm-\d\d)"/g)].map(([, name]) => name);

test('a list is turned page by page, and is never asked for again', async () => {
  const list = await booted.ask('vms');
  expect(summaryOf(list)).toBe('23 VMs');
  expect(named(cardOf(list))).toEqual(machines.slice(0, 10));
  expect(textsOf(cardOf(list)).join('\n')).toContain('Page 1 of 3');
  const asked = booted.asked('/virtualMachines');
  const data = buttonsOf(cardOf(list))[0]?.data ?? {};
  const turn = (verb: string) =>
    booted.chat.press({
      person: 'on-call',
      conversationId: list.conversationId,
      messageId: list.id,
      press: { kind: 'execute', verb, title: verb, data: { ...data, verb } },
    });
  expect(named(await turn('page-2'))).toEqual(machines.slice(10, 20));
  expect(named(await turn('page-3'))).toEqual(machines.slice(20));
  expect(named(await turn('page-1'))).toEqual(machines.slice(0, 10));
  for (const verb of ['page-0', 'page-4', 'page-x']) expect(await turn(verb)).toMatchObject({ kind: 'notice' });
  expect(booted.asked('/virtualMachines')).toBe(asked);
});

test('a form of many machines can be filtered, and takes one of them', async () => {
  const form = await booted.ask('rules');
  expect(JSON.stringify(cardOf(form))).toContain('"style":"filtered"');
});
