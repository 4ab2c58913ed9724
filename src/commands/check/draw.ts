import type { Reply } from '../../core/chat.ts';
import type { Question } from '../../core/check.ts';
import type { Diagnosis } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import type { CardIds } from '../card-parts.ts';
import type { Services, Turn } from '../command.ts';
import { formReply } from '../form-card.ts';
import { failedReply, resultReply, runningReply } from './card.ts';
import { type MatrixRow, matrixReply } from './matrix-card.ts';
import type { CheckOutcome, Shared } from './outcome.ts';
import type { CheckRequest } from './request.ts';

export type Drawn = Turn & CardIds;

export function running(
  question: Question,
  startedAt: string,
  { requester, locale, jobId, nonce }: Drawn,
  { arm }: Services,
  so: { readonly diagnosis?: Diagnosis; readonly shared?: Shared } = {},
): Reply {
  return runningReply({
    question,
    askedBy: requester,
    startedAt,
    ...so,
    jobId,
    nonce,
    locale,
    simulated: arm.simulated,
  });
}

export function drawMatrix(
  rows: readonly MatrixRow[],
  subscriptionId: string,
  at: string,
  { requester: askedBy, locale, jobId, nonce }: Drawn,
  { arm }: Services,
): Reply {
  const azure = { subscriptionId, simulated: arm.simulated, portal: arm.cloud.portal };
  return matrixReply(rows, { askedBy, locale, jobId, nonce, at, azure });
}

export function draw(outcome: CheckOutcome, startedAt: string, drawn: Drawn, services: Services): Reply {
  const { requester: askedBy, locale, jobId, nonce } = drawn;
  const input = { askedBy, locale, jobId, nonce };
  switch (outcome.kind) {
    case 'diagnosed':
      return resultReply(outcome.answer, { ...input, ...(outcome.changes && { changes: outcome.changes }) });
    case 'matrix':
      return drawMatrix(outcome.rows, outcome.subscriptionId, startedAt, drawn, services);
    case 'failed':
      return failedReply(outcome, { ...input, reference: jobId });
    case 'form': {
      const { known, ...form } = outcome;
      return formReply({ ...form, ...input, known: knownOf(known) });
    }
    case 'confirm': {
      const { cells } = outcome;
      const confirm = {
        title: say(locale, 'card.matrix.confirm.title', { cells }),
        text: say(locale, 'card.matrix.confirm.text', { most: services.settings.maxInFlight }),
        button: say(locale, 'card.matrix.confirm.button', { cells }),
      };
      const needs = { source: false, destination: false, port: false };
      return formReply({ ...input, known: knownOf(outcome.known), needs, machines: [], confirm });
    }
  }
}

function knownOf({ sources, sourceTags = [], destinations, destinationTags = [], ports, protocol }: CheckRequest) {
  return {
    sources: [...sources, ...sourceTags],
    destinations: [...destinations, ...destinationTags],
    ports,
    ...(protocol && { protocol }),
  };
}
