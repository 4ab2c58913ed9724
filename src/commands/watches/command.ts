import { roomOf } from '../../core/chat.ts';
import { say } from '../../language/say.ts';
import type { Command } from '../command.ts';
import { noticeReply } from '../replies.ts';
import { watchesOf } from '../watch-ends.ts';
import { listJob, listTask, pressList } from '../watch-list.ts';
import { readWatches, watchesWords } from './request.ts';

export const watches: Command = {
  name: 'watches',
  offline: true,
  words: watchesWords,
  examples: 1,
  read(rest, locale) {
    const reading = readWatches(rest, locale);
    if (!reading.ok) return reading;
    return {
      ok: true,
      value: async (turn, services) => {
        const live = await watchesOf(services).inRoom(roomOf(turn.conversation));
        const found = live.filter(({ state }) => state === 'active');
        if (found.length > 0) return { kind: 'job', job: await listJob('list', found, turn, services) };
        const { locale } = turn;
        const detail = say(locale, 'watch.none.how', { example: say(locale, 'command.watch.example.1') });
        return { kind: 'reply', reply: noticeReply({ text: say(locale, 'watch.none'), detail, locale }) };
      },
    };
  },
  describe: () => 'watches',
  task: listTask,
  press: pressList,
};
