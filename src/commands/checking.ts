import type { Estate } from '../azure/inventory.ts';
import type { Question } from '../core/check.ts';
import type { Problem } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Diagnosis } from '../diagnosis/verdict.ts';
import type { PathRequest } from '../language/path-request.ts';
import type { Services, Turn } from './command.ts';
import type { Form } from './form.ts';

/** What `check` lets a command know that asks its questions in its own way; the registry hands it over. */
export type Checking = {
  /** Resolves a request as far as this person may see, and holds it against the grants. */
  settle(asked: { readonly request: PathRequest }, estate: Estate, turn: Turn, services: Services): Settled;
  /** A stored outcome of a check's task. */
  read(outcome: Json): Checked;
  /** Both ends in few words. */
  ends(question: Question): { readonly from: string; readonly to: string };
  /** The question in the pieces that a card sets apart. */
  parts(question: Question): QuestionParts;
};

export type QuestionParts = {
  readonly source: string;
  readonly place: string;
  readonly destination: string;
  readonly detail: string;
};

export type Settled =
  | { readonly kind: 'question'; readonly question: Question }
  | { readonly kind: 'form'; readonly form: PathForm }
  | { readonly kind: 'refused'; readonly problem: Problem }
  | { readonly kind: 'matrix' | 'confirm' };

/** What is missing of a request; `replaces` says where in the list of its side a chosen machine goes. */
export type PathForm = Form & { readonly known: PathRequest; readonly replaces?: number };

export type Checked =
  | { readonly kind: 'diagnosed'; readonly answer: { readonly question: Question; readonly diagnosis: Diagnosis } }
  | { readonly kind: 'failed'; readonly problem: Problem }
  | { readonly kind: 'form' | 'matrix' | 'confirm' };
