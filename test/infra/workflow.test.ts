import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { z } from 'zod';
import packageJson from '../../package.json' with { type: 'json' };
import { licenceOf, problemsOf } from '../../scripts/licence-list.ts';

const text = readFileSync(new URL('../../.github/workflows/ci.yml', import.meta.url), 'utf8');

const Step = z.looseObject({ uses: z.string().optional(), run: z.string().optional(), name: z.string().optional() });
const Job = z.looseObject({
  'runs-on': z.string(),
  'timeout-minutes': z.number(),
  strategy: z.looseObject({ matrix: z.looseObject({ os: z.array(z.string()), node: z.array(z.number()) }) }).optional(),
  steps: z.array(Step),
});
const workflow = z
  .looseObject({ permissions: z.record(z.string(), z.string()), jobs: z.record(z.string(), Job) })
  .parse(parse(text));
const steps = Object.values(workflow.jobs).flatMap((job) => job.steps);

describe('the workflow', () => {
  test('pins every action by its hash, with its tag beside it', () => {
    const used = [...text.matchAll(/uses: (\S+)(.*)$/gm)];
    expect(used).toHaveLength(steps.filter(({ uses }) => uses).length);
    for (const [, action, rest] of used) {
      expect(action).toMatch(/^[\w-]+\/[\w-]+@[0-9a-f]{40}$/);
      expect(rest).toMatch(/^ # v\d+\.\d+\.\d+$/);
    }
  });

  test('may read the repository and nothing else', () => {
    expect(workflow.permissions).toEqual({ contents: 'read' });
    expect(text).not.toMatch(/secrets\.|pull_request_target/);
  });

  test('tests on both systems under both versions, without the packaged Node', () => {
    const { test: job } = workflow.jobs;
    const { os = [], node = [] } = job?.strategy?.matrix ?? {};
    expect(os.map((name) => name.split('-')[0])).toEqual(['ubuntu', 'macos']);
    expect(node).toEqual([22, 24]);
    const runs = job?.steps.flatMap(({ run }) => run ?? []) ?? [];
    const removed = runs.findIndex((run) => run.includes('rm -rf node_modules/node-'));
    expect(runs.indexOf('npm ci')).toBeLessThan(removed);
    expect(removed).toBeLessThan(runs.indexOf('npm test'));
    for (const name of Object.keys(packageJson.optionalDependencies)) {
      const pattern = name.replace(/^(node-\w+)-.*$/, 'node_modules/$1-*');
      expect(runs[removed]).toContain(pattern);
    }
  });

  test('runs only scripts that there are', () => {
    const named = steps.flatMap(({ run = '' }) =>
      [...run.matchAll(/npm run (?:--silent )?([\w:]+)/g)].map(([, name]) => name),
    );
    expect(named.filter((name) => !Object.hasOwn(packageJson.scripts, name ?? ''))).toEqual([]);
  });
});

describe('the licences', () => {
  const of = (licence: string) => problemsOf([{ name: 'some', version: '1.0.0', licence }]).length === 0;

  test.each(['MIT', '(MIT OR GPL-3.0)', '(AFL-2.1 OR BSD-3-Clause)', 'MIT AND ISC'])('%s is agreed to', (licence) => {
    expect(of(licence)).toBe(true);
  });

  test.each(['GPL-3.0', 'MIT AND GPL-3.0', 'unknown', 'SEE LICENSE IN x', '', 'MIT OR (GPL-3.0'])(
    '%s is not',
    (licence) => {
      expect(of(licence)).toBe(false);
    },
  );

  test('are read from the present field and from the older ones', () => {
    expect(licenceOf({ license: 'MIT' })).toBe('MIT');
    expect(licenceOf({ license: { type: 'ISC' } })).toBe('ISC');
    expect(licenceOf({ licenses: [{ type: 'MIT' }, { type: 'GPL-2.0' }] })).toBe('MIT OR GPL-2.0');
    expect(licenceOf({ name: 'jspath' })).toBe('MIT');
    expect(licenceOf({ name: 'some' })).toBe('unknown');
  });
});
