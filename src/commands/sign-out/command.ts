import { say } from '../../language/say.ts';
import type { Command } from '../command.ts';
import type { SigningOut } from '../people.ts';
import { noticeReply } from '../replies.ts';
import { printSignOut, readSignOut, signOutWords } from './request.ts';

/** For where answers rest on each person's own rights. */
export function createSignOut({ signOut }: SigningOut): Command {
  return {
    name: 'sign-out',
    words: signOutWords,
    examples: 1,
    offline: true,
    read(rest, locale) {
      const reading = readSignOut(rest, locale);
      if (!reading.ok) return reading;
      return {
        ok: true,
        async value(turn) {
          const { locale } = turn;
          const text = say(locale, (await signOut(turn)) ? 'signOut.done' : 'signOut.failed');
          return { kind: 'reply', reply: noticeReply({ text, locale }) };
        },
      };
    },
    print: () => printSignOut({}),
  };
}
