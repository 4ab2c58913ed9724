import { readdirSync, readFileSync } from 'node:fs';
import type { Reply } from '../src/core/chat.ts';
import { cardBudgetBytes, createRenderer } from '../src/rendering/renderer.ts';

const cards = new URL('../cards/', import.meta.url);

function readSamples(): Reply[] {
  return readdirSync(cards)
    .filter((file) => file.endsWith('.sample.json'))
    .flatMap((file) => {
      const samples: Record<string, Record<string, Reply>> = JSON.parse(readFileSync(new URL(file, cards), 'utf8'));
      return Object.values(samples).flatMap((replies) => Object.values(replies));
    });
}

/** Every sample of every card, in both languages, rendered 20 times after as many to warm up. */
export async function benchCards(): Promise<{ name: string; value: number; unit: string; aim: string; ok: boolean }[]> {
  const start = performance.now();
  const renderer = createRenderer(new URL('../cards', import.meta.url));
  const readMs = performance.now() - start;
  await renderer.warm();
  const samples = readSamples();
  const times: number[] = [];
  let largest = 0;
  for (let round = 0; round < 40; round += 1) {
    for (const reply of samples) {
      // The renderer draws the same object once.
      const fresh = structuredClone(reply);
      const began = performance.now();
      const card = renderer.render(fresh);
      if (round >= 20) times.push(performance.now() - began);
      largest = Math.max(largest, Buffer.byteLength(JSON.stringify(card)));
    }
  }
  times.sort((a, b) => a - b);
  const at = (share: number) => times[Math.floor(times.length * share)] ?? Number.NaN;
  const row = (name: string, value: number, unit: string, most: number) => ({
    name,
    value: Math.round(value * 100) / 100,
    unit,
    aim: `< ${most}`,
    ok: value < most,
  });
  return [
    row('cards: read and check all templates', readMs, 'ms', 100),
    row('cards: render, p50', at(0.5), 'ms', 2),
    row('cards: render, p99', at(0.99), 'ms', 10),
    row('cards: largest sample', largest, 'bytes', cardBudgetBytes),
  ];
}
