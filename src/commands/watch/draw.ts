import type { Reply } from '../../core/chat.ts';
import type { Watch } from '../../jobs/watch.ts';
import { say } from '../../language/say.ts';
import type { CardIds } from '../card-parts.ts';
import type { Services, Turn } from '../command.ts';
import { failedCard } from '../failed-card.ts';
import { formReply } from '../form-card.ts';
import { noticeReply } from '../replies.ts';
import { watchReply } from './card.ts';
import { newsReply } from './news-card.ts';
import type { WatchOutcome } from './outcome.ts';
import { printWatch } from './request.ts';

type Drawn = Turn & CardIds & { readonly createdAtMs: number };

/** The acknowledgement, before the watch has its number. */
export function drawBeginning(ends: { readonly from: string; readonly to: string }, { locale }: Turn): Reply {
  return noticeReply({ text: say(locale, 'watch.beginning', ends), locale });
}

/** The watch's card while its first run is under way. */
export function drawStarting(watch: Watch, { arm }: Services): Reply {
  return watchReply({ watch, progress: { samples: [] }, nextAtMs: watch.nextAtMs, simulated: arm.simulated });
}

export function draw(outcome: WatchOutcome, drawn: Drawn, { arm }: Services): Reply {
  const { requester: askedBy, locale, jobId, nonce } = drawn;
  switch (outcome.kind) {
    case 'ran':
      return watchReply({ ...outcome, simulated: arm.simulated });
    case 'news':
      return newsReply({ ...outcome, simulated: arm.simulated });
    case 'failed': {
      const startedAt = new Date(drawn.createdAtMs).toISOString();
      return failedCard({ ...outcome, startedAt }, { jobId, nonce, locale, askedBy, reference: jobId });
    }
    case 'form': {
      const { known, replaces: _, request, ...form } = outcome;
      const { sources, sourceTags = [], destinations, destinationTags = [], ports, protocol } = known;
      const example = printWatch({ ...request, path: { ...known, sources: [{ kind: 'vm', name: 'NAME' }] } }, locale);
      return formReply({
        ...form,
        known: {
          sources: [...sources, ...sourceTags],
          destinations: [...destinations, ...destinationTags],
          ports,
          ...(protocol && { protocol }),
        },
        about: 'question',
        example,
        locale,
        jobId,
        nonce,
      });
    }
  }
}
