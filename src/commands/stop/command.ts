import { roomOf } from '../../core/chat.ts';
import type { Problem } from '../../core/errors.ts';
import type { Watch } from '../../jobs/watch.ts';
import { say } from '../../language/say.ts';
import type { Command, Handling, Services, Turn } from '../command.ts';
import { noticeReply, problemReply } from '../replies.ts';
import { isOwn, stopWatch, watchesOf } from '../watch-ends.ts';
import { listJob } from '../watch-list.ts';
import { printStop, readStop, type StopRequest, stopWords } from './request.ts';

/** Ends watches. Without a number the only one, or it asks which. */
export const stop: Command = {
  name: 'stop',
  offline: true,
  words: stopWords,
  examples: 2,
  read(rest, locale) {
    const reading = readStop(rest, locale);
    return reading.ok ? { ok: true, value: (turn, services) => handle(reading.value, turn, services) } : reading;
  },
  print(rest) {
    const reading = readStop(rest);
    return reading.ok ? printStop(reading.value) : undefined;
  },
};

async function handle({ watch: wanted }: StopRequest, turn: Turn, services: Services): Promise<Handling> {
  const { locale } = turn;
  const notice = (text: string): Handling => ({ kind: 'reply', reply: noticeReply({ text, locale }) });
  const refuse = (problem: Problem): Handling => ({ kind: 'reply', reply: problemReply(problem, turn) });
  const live = (await watchesOf(services).inRoom(roomOf(turn.conversation))).filter(({ state }) => state === 'active');
  const stopOne = async (watch: Watch): Promise<Handling> => {
    const stopped = await stopWatch(watch, turn, services);
    return stopped.ok ? notice(stopped.value) : refuse(stopped.problem);
  };
  if (wanted === 'all') {
    // Everybody else's go on: an operator who means them says their numbers.
    const own = live.filter((watch) => isOwn(watch, turn));
    const stopped = await Promise.all(own.map((watch) => stopWatch(watch, turn, services)));
    return notice(say(locale, 'watch.stoppedAll', { count: stopped.filter(({ ok }) => ok).length }));
  }
  if (wanted !== undefined) {
    const found = live.find(({ number }) => number === wanted);
    return found ? stopOne(found) : refuse({ code: 'WATCH_NOT_FOUND', facts: { number: wanted } });
  }
  const [only, second] = live;
  if (!only) return notice(say(locale, 'watch.none'));
  return second ? { kind: 'job', of: 'watches', job: await listJob('which', live, turn, services) } : stopOne(only);
}
