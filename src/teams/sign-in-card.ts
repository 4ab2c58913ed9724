import type { Attachment } from 'botbuilder';
import type { Locale, Reply } from '../core/chat.ts';
import { say } from '../language/say.ts';
import type { Invitation } from './token-service.ts';

const card = 'sign-in';

/**
 * Asks a person to sign in. Teams draws it itself: where it can exchange a token without asking, nobody sees it. Without
 * `exchange` the person signs in by hand.
 */
export function signInReply(connection: string, { link, exchange }: Invitation, locale: Locale): Reply {
  return {
    card,
    summary: say(locale, 'signIn.summary'),
    data: {
      text: say(locale, 'signIn.text'),
      connectionName: connection,
      ...(exchange && { tokenExchangeResource: { id: exchange.id, uri: exchange.uri } }),
      buttons: [{ type: 'signin', title: say(locale, 'signIn.button'), value: link }],
    },
  };
}

/** The one card that is no Adaptive Card; undefined for all others. */
export function signInAttachment(reply: Reply): Attachment | undefined {
  return reply.card === card ? { contentType: 'application/vnd.microsoft.card.oauth', content: reply.data } : undefined;
}
