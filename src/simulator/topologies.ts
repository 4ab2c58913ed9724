import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { z } from 'zod';
import { planted } from './faults.ts';
import { buildTopology } from './network/build.ts';
import type { Topology } from './network/topology.ts';
import { type Expectation, readTopologyFile, TopologyError } from './network/topology-file.ts';

const shipped = fileURLToPath(new URL('topologies/', import.meta.url));

/** The names of the topologies that come along, sorted. */
export function scenarioNames(): readonly string[] {
  return readdirSync(shipped)
    .filter((file) => file.endsWith('.yaml'))
    .map((file) => file.slice(0, -'.yaml'.length))
    .toSorted();
}

function locate(name: string): string {
  const own = `${shipped}${name}.yaml`;
  if (/^[\w-]+$/.test(name) && existsSync(own)) return own;
  if (existsSync(name)) return name;
  throw new TopologyError(name, [`no such file, and none of the shipped ones: ${scenarioNames().join(', ')}`]);
}

/** `name` is a shipped topology or the path of a YAML file. Throws TopologyError. */
export function loadTopology(name: string): Topology {
  return parseTopology(readFileSync(locate(name), 'utf8'), name);
}

/** The same, from text. `source` is how errors call it. */
export function parseTopology(text: string, source: string): Topology {
  const { file, lineOf } = readTopologyFile(text, source);
  const problems = file.faults.flatMap((fault, at) => {
    const parsed = planted.safeParse(fault);
    return parsed.success ? [] : [`${lineOf(['faults', at])}: faults.${at}: ${z.prettifyError(parsed.error)}`];
  });
  if (problems.length > 0) throw new TopologyError(source, problems);
  return buildTopology(file, source, lineOf);
}

/** What the questions of a topology's `expect` list are answered with by a bot that diagnoses well. */
export function readExpectations(name: string): readonly Expectation[] {
  return readTopologyFile(readFileSync(locate(name), 'utf8'), name).file.expect;
}
