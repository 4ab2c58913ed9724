import { again } from './again/command.ts';
import { cancel } from './cancel/command.ts';
import { check } from './check/command.ts';
import type { Command } from './command.ts';
import { flow } from './flow/command.ts';
import { createHelp } from './help/command.ts';
import { nextHop } from './next-hop/command.ts';
import { rules } from './rules/command.ts';
import { use } from './use/command.ts';
import { vms } from './vms/command.ts';

/** Every command that works, in the order in which help lists them. */
export const commands: readonly Command[] = [
  check,
  again,
  cancel,
  flow,
  nextHop,
  rules,
  use,
  vms,
  createHelp(() => commands),
];
