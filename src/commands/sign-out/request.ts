import type { Locale } from '../../core/chat.ts';
import type { Reading } from '../../core/errors.ts';
import type { CommandWords } from '../../language/commands.ts';
import { readNothing } from '../../language/nothing.ts';
import { withHelp } from '../../language/refusals.ts';

/** Ask Azure no more with the rights of whoever says it, until they sign in again. */
export type SignOutRequest = Readonly<Record<string, never>>;

export const signOutWords: CommandWords = {
  name: 'sign-out',
  words: ['sign out', 'signout', 'sign-out', 'log out', 'logout', '退出登录', '登出', '注销'],
};

export function readSignOut(words: readonly string[], locale?: Locale): Reading<SignOutRequest> {
  const spoken = 'sign out';
  return withHelp(readNothing(words), { command: 'sign-out', spoken, words, locale, reread: readNothing });
}

export function printSignOut(_request: SignOutRequest, locale: Locale = 'en'): string {
  return locale === 'zh' ? '退出登录' : 'sign out';
}
