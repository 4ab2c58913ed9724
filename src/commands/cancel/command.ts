import { roomOf } from '../../core/chat.ts';
import { say } from '../../language/say.ts';
import { personId } from '../../policy/decide.ts';
import type { Command } from '../command.ts';
import { noticeReply } from '../replies.ts';
import { cancelWords, readCancel } from './request.ts';

/** Ends the waiting for what this person asked here; what others asked is theirs. */
export const cancel: Command = {
  name: 'cancel',
  words: cancelWords,
  examples: 1,
  offline: true,
  read(rest, locale) {
    const reading = readCancel(rest, locale);
    if (!reading.ok) return reading;
    return {
      ok: true,
      value: async ({ requester, conversation, locale }, { store }) => {
        const room = roomOf(conversation);
        // A watch is ended with `stop`: one of its runs less would change nothing.
        const jobs = (await store.unfinished()).filter(
          (job) =>
            roomOf(job.conversation) === room &&
            personId(job.requester) === personId(requester) &&
            job.command !== 'watch',
        );
        const reply = (count: number) => noticeReply({ text: say(locale, 'turn.cancelled', { count }), locale });
        return { kind: 'end', jobs, reply };
      },
    };
  },
};
