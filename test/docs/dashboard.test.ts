import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { z } from 'zod';
import { instruments } from '../../src/core/instruments.ts';

const Panel = z.looseObject({
  id: z.number(),
  type: z.string(),
  title: z.string().min(1),
  description: z.string().min(1).optional(),
  gridPos: z.object({ x: z.number(), y: z.number(), w: z.number(), h: z.number() }),
  targets: z
    .array(z.object({ expr: z.string(), legendFormat: z.string(), refId: z.string(), datasource: z.unknown() }))
    .default([]),
});

const dashboard = z
  .looseObject({
    uid: z.literal('hopcheck'),
    schemaVersion: z.number(),
    templating: z.object({ list: z.array(z.looseObject({ name: z.string(), definition: z.string().optional() })) }),
    panels: z.array(Panel),
  })
  .parse(JSON.parse(readFileSync(new URL('../../docs/dashboard.json', import.meta.url), 'utf8')));

/** The series that Prometheus gets of an instrument: counters are totals, histograms come in three. */
const series = new Map(
  Object.entries(instruments).flatMap(([name, { kind, labels }]) => {
    const base = name.replaceAll('.', '_');
    const known = labels.map((label) => label.replaceAll('.', '_'));
    const names =
      kind === 'counter'
        ? [`${base}_total`]
        : kind === 'histogram'
          ? ['bucket', 'count', 'sum'].map((end) => `${base}_${end}`)
          : [base];
    return names.map(
      (each) => [each, { instrument: name, labels: kind === 'histogram' ? [...known, 'le'] : known }] as const,
    );
  }),
);

const shown = dashboard.panels.flatMap(({ title, targets }) => targets.map((target) => ({ title, ...target })));
const namesIn = (expression: string) =>
  [...expression.matchAll(/\b(?:hopcheck|http|db|nodejs|process)_\w+(?=\{)/g)].map(([name]) => name);

describe('docs/dashboard.json', () => {
  test('asks for nothing that is not measured', () => {
    const odd = shown.flatMap(({ title, expr }) => {
      const names = namesIn(expr);
      return names.length === 0 || names.some((name) => !series.has(name)) ? [`${title}: ${expr}`] : [];
    });
    expect(odd).toEqual([]);
  });

  test('shows everything that is measured', () => {
    const seen = new Set(shown.flatMap(({ expr }) => namesIn(expr).map((name) => series.get(name)?.instrument)));
    expect(Object.keys(instruments).filter((name) => !seen.has(name))).toEqual([]);
  });

  test('groups and names by labels that the instrument has', () => {
    const ofPrometheus = ['job', 'instance'];
    const odd = shown.flatMap(({ title, expr, legendFormat }) => {
      const known = [...ofPrometheus, ...namesIn(expr).flatMap((name) => series.get(name)?.labels ?? [])];
      const groups = [...expr.matchAll(/\bby \(([^)]*)\)/g)].flatMap(([, list = '']) => list.split(/,\s*/));
      const selected = [...expr.matchAll(/[{,](\w+)(?:=~|!~|!=|=)/g)].map(([, name = '']) => name);
      const legends = [...legendFormat.matchAll(/\{\{(\w+)\}\}/g)].map(([, name = '']) => name);
      const foreign = [...groups, ...selected, ...legends].filter((name) => !known.includes(name));
      return foreign.length > 0 ? [`${title}: ${foreign.join(', ')}`] : [];
    });
    expect(odd).toEqual([]);
    expect(dashboard.templating.list[1]?.definition).toBe('label_values(hopcheck_ready, job)');
  });

  test('each panel has a place of its own, an id of its own and a word about it', () => {
    const panels = dashboard.panels;
    expect(new Set(panels.map(({ id }) => id)).size).toBe(panels.length);
    const overlaps = panels.flatMap((one, index) =>
      panels.slice(index + 1).flatMap((other) => {
        const [a, b] = [one.gridPos, other.gridPos];
        const apart = a.x + a.w <= b.x || b.x + b.w <= a.x || a.y + a.h <= b.y || b.y + b.h <= a.y;
        return apart ? [] : [`${one.title} and ${other.title}`];
      }),
    );
    expect(overlaps).toEqual([]);
    expect(panels.filter(({ gridPos }) => gridPos.x + gridPos.w > 24)).toEqual([]);
    expect(panels.filter(({ type, description }) => type !== 'row' && !description)).toEqual([]);
  });
});
