import { check } from './check/command.ts';
import type { Command } from './command.ts';
import { createHelp } from './help/command.ts';

/** Every command that works, in the order in which help lists them. */
export const commands: readonly Command[] = [check, createHelp(() => commands)];
