import { again } from './again/command.ts';
import { cancel } from './cancel/command.ts';
import { admitAnswer } from './check/admit.ts';
import { startOf } from './check/ask.ts';
import { check } from './check/command.ts';
import { draw } from './check/draw.ts';
import { settle } from './check/job.ts';
import type { CheckOutcome } from './check/outcome.ts';
import { refusalOf } from './check/press.ts';
import { questionEnds, questionParts } from './check/question.ts';
import type { Command } from './command.ts';
import { flow } from './flow/command.ts';
import { createHelp } from './help/command.ts';
import { createHistory } from './history/command.ts';
import { nextHop } from './next-hop/command.ts';
import type { SigningOut } from './people.ts';
import { rules } from './rules/command.ts';
import { settings } from './settings/command.ts';
import { createSignOut } from './sign-out/command.ts';
import { stop } from './stop/command.ts';
import { use } from './use/command.ts';
import { vms } from './vms/command.ts';
import { createWatch } from './watch/command.ts';
import { watches } from './watches/command.ts';
import { whoami } from './whoami/command.ts';
import { why } from './why/command.ts';

const watch = createWatch({
  settle,
  read: (outcome) => outcome as CheckOutcome,
  ends: questionEnds,
  parts: questionParts,
});

const history = createHistory({
  read: (outcome) => outcome as CheckOutcome,
  parts: questionParts,
  admits(job, estate, turn, services) {
    const outcome = job.outcome as CheckOutcome | undefined;
    return outcome?.kind === 'diagnosed' && admitAnswer(outcome.answer, estate, turn, services) === undefined;
  },
  refusal: (job, turn, services) => refusalOf(job.outcome as CheckOutcome | undefined, turn, services),
  draw: (job, locale, services) =>
    draw(job.outcome as CheckOutcome, startOf(job), { ...job, locale, jobId: job.id }, services),
});

/** Every command that works, in the order in which help lists them. With `people`, they can sign out of what they signed in to. */
export function commandsFor(people?: SigningOut): readonly Command[] {
  const all: readonly Command[] = [
    check,
    again,
    cancel,
    watch,
    watches,
    stop,
    history,
    flow,
    nextHop,
    rules,
    use,
    vms,
    settings,
    why,
    whoami,
    ...(people ? [createSignOut(people)] : []),
    createHelp(() => all),
  ];
  return all;
}

/** Those that need nobody to have signed in. */
export const commands = commandsFor();
