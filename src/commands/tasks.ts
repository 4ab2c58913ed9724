import { ShownError } from '../core/errors.ts';
import type { Task } from '../jobs/job.ts';
import type { Command, Services } from './command.ts';
import type { CommandTask } from './endings.ts';
import { withinLedger, withLedger, writeEnd } from './ledger.ts';
import type { People } from './people.ts';
import { signInCommand, signInTask } from './signing-in.ts';
import { unread, unreadTask } from './unread.ts';

/**
 * A job's tasks by command; the worker asks for them when it starts or goes on with one. With `people` a job runs with the rights
 * that whoever asked for it has at that moment.
 */
export function tasksOf(
  commands: readonly Command[],
  services: Services,
  people?: People,
): (command: string) => Task | undefined {
  const tasks = new WeakMap<Services, Map<string, CommandTask>>();
  const taskFor = (command: Command, of: Services): CommandTask | undefined => {
    const made = tasks.get(of) ?? new Map<string, CommandTask>();
    tasks.set(of, made);
    const others = (name: string) => {
      const other = commands.find((each) => each.name === name);
      const task = other && taskFor(other, of);
      return task && withinLedger(task);
    };
    const task = made.get(command.name) ?? command.task?.(of, others);
    if (task) made.set(command.name, task);
    return task;
  };
  const asReader = (command: Command, task: CommandTask): CommandTask => {
    if (!people) return task;
    return {
      ...task,
      async run(job, hooks) {
        if (command.runsAsBot?.(job.request)) return task.run(job, hooks);
        const own = await people.servicesFor(job);
        if (!own) throw new ShownError({ code: 'SIGN_IN_NEEDED', facts: {} });
        return (taskFor(command, own) ?? task).run(job, hooks);
      },
    };
  };
  const made = new Map(
    commands.flatMap((command) => {
      const task = taskFor(command, services);
      if (!task) return [];
      const { name, describe } = command;
      const ended = services.endings.watch(name, asReader(command, task), (job, outcome) =>
        writeEnd(services, job, outcome, describe),
      );
      return [[name, withLedger(services, ended, describe)] as const];
    }),
  );
  return (name) => (name === unread ? unreadTask : name === signInCommand ? signInTask : made.get(name));
}
