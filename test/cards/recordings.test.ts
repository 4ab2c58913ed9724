import { existsSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { questionText, rawReply, resultReply } from '../../src/commands/check/card.ts';
import type { Question } from '../../src/core/check.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import { diagnose } from '../../src/diagnosis/diagnose.ts';
import { readProbe } from '../../src/diagnosis/read-probe.ts';
import { createRenderer } from '../../src/rendering/renderer.ts';
import { machine } from './parts.ts';
import { answer } from './samples.ts';

const shared = new URL('../../../shared/azure/', import.meta.url);
const hasRecordings = existsSync(shared);
if (!hasRecordings) console.warn(`SKIPPED, cards of recorded answers: there is no ${shared.pathname}`);

const renderer = createRenderer(new URL('../../cards', import.meta.url));
const question: Question = {
  source: machine('MultiTierApp0', '10.1.1.4'),
  destination: { kind: 'address', address: '10.1.4.4' },
  port: 80,
  protocol: 'Tcp',
  protocolAsked: false,
};

function file(name: string): JsonObject {
  return JSON.parse(readFileSync(new URL(name, shared), 'utf8'));
}

function recorded(): [string, Json][] {
  const names = [
    'vm-to-vm-blocked-by-nsg',
    'vm-to-ip-blocked-by-route',
    'vm-to-storage-reachable',
    'vm-to-website-reachable',
  ];
  const samples = ['connection-troubleshoot-cli-samples', 'network-watcher-connectivity-rest-samples'];
  const pairs = file('recordings/connectivity-check-pairs.json') as unknown as readonly { readonly result: Json }[];
  return [
    ...names.map((name): [string, Json] => [name, file(`seed/${name}.response.json`)]),
    ...samples.flatMap((name) => Object.entries(file(`docs/${name}.json`).cases as Record<string, Json>)),
    ...pairs.map(({ result }, index): [string, Json] => [`pair ${index}`, result]),
  ];
}

describe.skipIf(!hasRecordings)('a recorded answer, as the only witness', () => {
  it.each(hasRecordings ? recorded() : [])(
    '%s: every hop, the verdict and the whole body are on the cards',
    (_, raw) => {
      const probe = readProbe(raw);
      if (!probe.ok) throw new Error('the recording does not read');
      const testimonies = {
        probe: { state: 'answered' as const, answer: probe.answer, tookMs: 31_000 },
        nsg: [],
        nextHop: [],
        rules: [],
      };
      const diagnosis = diagnose(testimonies, question, { slowMs: 200 });
      for (const locale of ['en', 'zh'] as const) {
        const input = { locale, jobId: 'job', nonce: 'nonce', askedBy: { id: '1' } };
        const reply = resultReply(answer(diagnosis, { question, raw }), input);
        const card = JSON.stringify(renderer.render(reply));
        for (const hop of diagnosis.path) expect(card).toContain(JSON.stringify(hop.name));
        if (diagnosis.probes) expect(card).toContain(String(diagnosis.probes.sent));
        expect(card).not.toMatch(/undefined|\[object|NaN/);
        expect(reply.summary).toContain('MultiTierApp0 → 10.1.4.4:80');
        const body = renderer.render(rawReply(raw, input));
        expect(JSON.stringify(body)).toContain('connectionStatus');
      }
      expect(questionText(question, 'en')).toContain('TCP 80');
    },
  );
});
