import { say } from '../../language/say.ts';
import type { Command, Services, Turn } from '../command.ts';
import { type ConversationSettings, recallSettings, rememberSettings } from '../conversation-settings.ts';
import { noticeReply } from '../replies.ts';
import { printSettings, readSettings, type SettingsRequest, settingsWords } from './request.ts';

/** How the bot answers in this conversation: where, and in which language. */
export const settings: Command = {
  name: 'settings',
  words: settingsWords,
  examples: 3,
  offline: true,
  read(rest, locale) {
    const reading = readSettings(rest, locale);
    if (!reading.ok) return reading;
    return {
      ok: true,
      value: async (turn, services) => ({ kind: 'reply', reply: await answer(reading.value, turn, services) }),
    };
  },
  print(rest) {
    const reading = readSettings(rest);
    return reading.ok ? printSettings(reading.value) : undefined;
  },
};

async function answer(request: SettingsRequest, turn: Turn, { store }: Services) {
  const { conversation } = turn;
  const before = await recallSettings(conversation, store);
  const after = changed(before, request);
  if (after !== before) await rememberSettings(conversation, store, after);
  // Who changes the language wants to see that it changed.
  const locale = ('language' in request ? after.language : undefined) ?? turn.locale;
  const isChannel = conversation.kind === 'channel';
  const lines = [
    ...(isChannel ? [say(locale, `settings.answers.${after.answers ?? 'thread'}`)] : []),
    ...('answers' in request && !isChannel ? [say(locale, 'settings.answers.none')] : []),
    say(locale, `settings.language.${after.language ?? 'auto'}`),
  ];
  const how = say(locale, isChannel ? 'settings.how.channel' : 'settings.how.chat');
  return noticeReply({ text: lines.join(' '), detail: how, locale });
}

function changed(before: ConversationSettings, request: SettingsRequest): ConversationSettings {
  if ('answers' in request) {
    const { answers: _, ...rest } = before;
    return request.answers === 'channel' ? { ...rest, answers: 'channel' } : rest;
  }
  if ('language' in request) {
    const { language: _, ...rest } = before;
    return request.language === 'auto' ? rest : { ...rest, language: request.language };
  }
  return before;
}
