import type { Estate } from '../../azure/inventory.ts';
import type { Operation } from '../../azure/operations.ts';
import type { Locale } from '../../core/chat.ts';
import type { Machine, Question } from '../../core/check.ts';
import type { Problem } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { linkedTo } from '../../core/linked.ts';
import type { Finding } from '../../diagnosis/verdict.ts';
import type { ProbeAnswer } from '../../diagnosis/witness.ts';
import { ruleLabel } from '../card-frame.ts';
import { clip } from '../card-parts.ts';
import type { Services } from '../command.ts';
import { problemWords } from '../replies.ts';
import { createDesk, type Desk } from './desk.ts';
import { destinationOf, flowOf } from './flow.ts';
import type { MatrixCell, MatrixRow } from './matrix-card.ts';
import type { Investigated } from './outcome.ts';
import { questionEnds } from './question.ts';
import { investigate } from './run.ts';
import { placesOf, wantsOf } from './witnesses.ts';

/** More than this is asked about first: it takes a while, and may have been a slip. */
export const mostUnasked = 32;
/** More than this is not run for one question. */
export const mostCells = 256;

/** What is kept of a matrix under way: by the number of its question, the answer or the operation to go on with. */
type Kept = Readonly<Record<string, { readonly cell: MatrixCell } | { readonly operation: Operation }>>;

export type MatrixRun = {
  readonly questions: readonly Question[];
  readonly estate: Estate;
  readonly startedAtMs: number;
  readonly deadlineMs: number;
  readonly locale: Locale;
  /** Left by an earlier process. */
  readonly kept?: Json;
  readonly signal: AbortSignal;
  /** See Investigation. */
  admitAnswer?(question: Question, answer: ProbeAnswer): Problem | undefined;
  keep(kept: Json): Promise<void>;
  progress(rows: readonly MatrixRow[]): void;
  /** Runs a check when its subscription has a place for it. */
  place<T>(subscriptionId: string, run: () => Promise<T>): Promise<T>;
};

/** Asks all questions side by side, what they have in common only once, and fills the table as they are answered. */
export async function runMatrix(services: Services, run: MatrixRun): Promise<readonly MatrixRow[]> {
  const { questions, estate, locale, signal } = run;
  let kept = (run.kept ?? {}) as Kept;
  const cells: MatrixCell[] = questions.map((question, index) => {
    const before = kept[index];
    return before && 'cell' in before ? before.cell : pendingCell(question);
  });
  const over = linkedTo(signal);
  const desk = createDesk(services, { ...run, signal: over.signal });
  const put = (index: number, cell: MatrixCell) => {
    cells[index] = cell;
    run.progress(rowsOf(questions, cells));
  };
  const answer = async (question: Question, index: number, gathered: Promise<void>) => {
    const before = kept[index];
    const outcome = await run.place(question.source.subscriptionId, () =>
      investigate(services, {
        ...run,
        question,
        desk,
        gathered,
        patience: 5,
        admit: (answer) => run.admitAnswer?.(question, answer),
        ...(before && 'operation' in before && { operation: before.operation }),
        async keep(operation) {
          kept = { ...kept, [index]: { operation } };
          await run.keep(kept);
        },
        progress(look) {
          const [first] = look().findings;
          if (first?.severity === 'error') put(index, { ...pendingCell(question), cause: causeOf(first) });
        },
      }),
    );
    const cell = cellOf(question, outcome, locale);
    kept = { ...kept, [index]: { cell } };
    put(index, cell);
    await run.keep(kept);
  };
  const open = questions.flatMap((question, index) => (cells[index]?.state === 'pending' ? [{ question, index }] : []));
  const gathered = gatherAll(
    desk,
    estate,
    open.map(({ question }) => question),
  );
  try {
    await Promise.all(open.map(({ question, index }) => answer(question, index, gathered)));
  } finally {
    over.release();
    over.abort(new Error('the matrix is over'));
  }
  return rowsOf(questions, cells);
}

/** Brings everything that the rules are asked to the desk at once, so that each machine is asked about it in one operation. */
async function gatherAll(desk: Desk, estate: Estate, questions: readonly Question[]): Promise<void> {
  const wants = await Promise.all(
    questions.map(async (question) => {
      const flow = flowOf(question);
      if (!flow) return [];
      const places = await placesOf(desk, estate, flow, destinationOf(question, estate, flow.to));
      return places.flatMap((place) => wantsOf(place, flow));
    }),
  );
  desk.gather(wants.flat());
}

function pendingCell({ port }: Question): MatrixCell {
  return { ...(port !== undefined && { port }), state: 'pending' };
}

function cellOf(question: Question, outcome: Investigated, locale: Locale): MatrixCell {
  const port = question.port === undefined ? {} : { port: question.port };
  if (outcome.kind === 'failed') {
    return { ...port, state: 'failed', cause: clip(problemWords(outcome.problem, locale).what, 100) };
  }
  const { verdict, findings } = outcome.answer.diagnosis;
  const [first] = findings;
  const tells = first !== undefined && first.severity !== 'info';
  return { ...port, state: verdict, ...(tells && { cause: causeOf(first) }) };
}

/** In a few words that are the same for every port: a rule by its name, all else by its code. */
function causeOf(finding: Finding): string {
  return finding.rule ? ruleLabel(finding.rule) : finding.code;
}

/** A row for each pair, with its ports; machines of the same name are told apart by their groups. */
export function rowsOf(questions: readonly Question[], cells: readonly MatrixCell[]): readonly MatrixRow[] {
  const named = new Map<string, Set<string>>();
  const note = ({ name, resourceId }: Machine) => {
    const known = named.get(name.toLowerCase()) ?? new Set();
    named.set(name.toLowerCase(), known.add(resourceId.toLowerCase()));
  };
  for (const { source, destination } of questions) {
    note(source);
    if (destination.kind === 'vm') note(destination.machine);
  }
  const label = (machine: Machine) =>
    (named.get(machine.name.toLowerCase())?.size ?? 0) > 1 ? `${machine.group}/${machine.name}` : machine.name;
  const rows = new Map<string, { readonly from: string; readonly to: string; readonly cells: MatrixCell[] }>();
  for (const [index, question] of questions.entries()) {
    const { source, destination } = question;
    const { port: _, ...bare } = question;
    const to = destination.kind === 'vm' ? label(destination.machine) : questionEnds(bare).to;
    const end = destination.kind === 'vm' ? destination.machine.resourceId : to;
    const key = JSON.stringify([source.resourceId, end]);
    const row = rows.get(key) ?? { from: label(source), to, cells: [] };
    row.cells.push(cells[index] ?? pendingCell(question));
    rows.set(key, row);
  }
  return [...rows.values()];
}
