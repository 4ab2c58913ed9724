import { say } from '../../language/say.ts';
import type { Command } from '../command.ts';
import { recallLast } from '../last.ts';
import { noticeReply } from '../replies.ts';
import { againWords, readAgain } from './request.ts';

export const again: Command = {
  name: 'again',
  words: againWords,
  examples: 1,
  read(rest, locale) {
    const reading = readAgain(rest, locale);
    if (!reading.ok) return reading;
    return {
      ok: true,
      value: async (turn, services) => {
        const job = await recallLast(turn, services);
        if (job) return { kind: 'repeat', job };
        const { locale } = turn;
        return { kind: 'reply', reply: noticeReply({ text: say(locale, 'turn.nothingYet'), locale }) };
      },
    };
  },
};
