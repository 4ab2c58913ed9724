import {
  type Activity,
  CloudAdapter,
  type ConfigurationBotFrameworkAuthentication,
  type InvokeResponse,
} from 'botbuilder';
import { type AuthenticateRequestResult, ClaimsIdentity } from 'botframework-connector';
import type { Dispatcher } from '../commands/dispatch.ts';
import type { PressAnswer } from '../commands/presses.ts';
import { noticeReply, problemReply, problemWords } from '../commands/replies.ts';
import type { Locale, Press, Reply, Utterance } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { type Problem, ShownError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Departures } from '../jobs/departures.ts';
import { ConversationGone, type Replier } from '../jobs/job.ts';
import { say } from '../language/say.ts';
import { readActivity } from './activity.ts';
import type { Connectors } from './connectors.ts';
import type { KnownActivity } from './front-door.ts';
import type { SignIn } from './sign-in.ts';

/** The SDK's adapter, of which only the turn is used: the door has verified who speaks, and tells it. */
class Adapter extends CloudAdapter {
  receive(verified: AuthenticateRequestResult, activity: Activity, turn: () => Promise<InvokeResponse | undefined>) {
    let answer: InvokeResponse | undefined;
    return this.processActivity(verified, activity, async () => {
      answer = await turn();
    }).then(() => answer);
  }
}

export type Bot = {
  /** One turn of an activity that the door has let in. Returns the HTTP status and, for an invoke, the body. */
  receive(known: KnownActivity): Promise<{ readonly status: number; readonly body?: Json }>;
};

export type BotOptions = {
  readonly authentication: ConfigurationBotFrameworkAuthentication;
  readonly connectors: Connectors;
  /** Empty in local mode. */
  readonly appId: string;
  /** What the bot's own tokens are for. */
  readonly scope: string;
  readonly dispatcher: Dispatcher;
  /** Where people sign in; without it nobody does. */
  readonly signIn?: Pick<SignIn, 'take'>;
  readonly replier: Replier;
  readonly departures: Pick<Departures, 'announce'>;
  readonly clock: Clock;
  /** Whether what was said is stored, and so will be answered whatever happens to this process. Errors: StoreError. */
  readonly isKept: (utterance: Utterance) => Promise<boolean>;
  readonly render: (reply: Reply) => Json;
  readonly language: Locale;
  /** An exception of a turn, with the reference that its answer carries. */
  readonly surprised: (reference: string, error: unknown) => void;
  readonly newReference: () => string;
};

/** Teams gives up on a turn after about fifteen seconds and sends its activity again. */
const turnLimitMs = 10_000;
/** How long a store that may be the one that is slow is asked for then. */
const lookLimitMs = 2000;

export function createBot(options: BotOptions): Bot {
  const { dispatcher, replier, departures, clock, render } = options;
  const adapter = new Adapter(options.authentication);
  const vouchFor = ({ serviceUrl }: KnownActivity): AuthenticateRequestResult => ({
    audience: options.scope,
    claimsIdentity: new ClaimsIdentity(
      [
        { type: 'aud', value: options.appId },
        { type: 'serviceurl', value: serviceUrl },
      ],
      true,
    ),
    connectorFactory: { create: options.connectors },
  });

  const turn = async (known: KnownActivity): Promise<InvokeResponse | undefined> => {
    const heard = readActivity(known, options.language);
    switch (heard.kind) {
      case 'message':
        await dispatcher.hear(heard.utterance);
        return undefined;
      case 'added':
        await dispatcher.greet(heard.conversation, heard.locale, heard.by);
        return undefined;
      case 'press': {
        const answer = await dispatcher.press(heard.press);
        if (heard.invoke) return invokeResponse(answer, render);
        await answerSubmit(heard.press, answer);
        return undefined;
      }
      case 'edited':
        await dispatcher.revise(heard.utterance);
        return undefined;
      case 'deleted':
        await dispatcher.withdraw(heard.conversation, heard.activityId, heard.by);
        return undefined;
      case 'left':
        await departures.announce(heard.departure);
        return undefined;
      case 'signIn':
        return options.signIn?.take(heard.signal, heard) ?? { status: 501 };
      case 'nothing':
        return known.type === 'invoke' ? { status: 501 } : undefined;
    }
  };

  /** A client without Action.Execute sends the press as a message: the answer cannot come in the response. */
  const answerSubmit = async ({ conversation, messageId, locale }: Press, answer: PressAnswer) => {
    if (answer.kind === 'notice') await replier.send(conversation, noticeReply({ text: answer.text, locale }));
    else if (messageId) await replier.update(conversation, messageId, answer.reply);
    else await replier.send(conversation, answer.reply);
  };

  /** Nobody is left without an answer: they see what may be shown, and for anything else the reference that the log has. */
  const excuse = async (known: KnownActivity, error: unknown): Promise<InvokeResponse | undefined> => {
    // Nobody is there to read an excuse, and the departure is in the log.
    if (error instanceof ConversationGone) return undefined;
    const reference = options.newReference();
    options.surprised(reference, error);
    const problem: Problem = error instanceof ShownError ? error.problem : { code: 'INTERNAL', facts: {} };
    const heard = readActivity(known, options.language);
    // The client then shows its sign-in button, which is a second way.
    if (heard.kind === 'signIn') return { status: 412 };
    if (known.type === 'invoke') {
      const locale = heard.kind === 'press' ? heard.press.locale : options.language;
      const { what, why } = problemWords(problem, locale);
      const text =
        problem.code === 'INTERNAL' ? say(locale, 'turn.failed', { reference }) : [what, why].join(' ').trim();
      return invokeResponse({ kind: 'notice', text }, render);
    }
    if (heard.kind !== 'message' && heard.kind !== 'edited' && heard.kind !== 'press') return undefined;
    const { conversation, locale } = heard.kind === 'press' ? heard.press : heard.utterance;
    await replier
      .send(conversation, problemReply(problem, { locale, reference }))
      .catch((unsaid) => options.surprised(reference, unsaid));
    return undefined;
  };

  /**
   * What takes longer goes on without the channel waiting for it; a question that is not stored by then is better sent again. An
   * invoke is answered in the turn or not at all.
   */
  const withinTurn = async (known: KnownActivity, whole: Promise<InvokeResponse | undefined>) => {
    if (known.type === 'invoke') return whole;
    const over = new AbortController();
    const lateAfter = (ms: number) =>
      clock.sleep(ms, over.signal).then(
        () => 'late' as const,
        () => undefined,
      );
    try {
      if ((await Promise.race([whole, lateAfter(turnLimitMs)])) !== 'late') return undefined;
      const heard = readActivity(known, options.language);
      if (heard.kind !== 'message') return undefined;
      const isKept = options.isKept(heard.utterance).catch(() => false);
      const kept = await Promise.race([whole.then(() => true), isKept, lateAfter(lookLimitMs)]);
      return kept === true ? undefined : { status: 503 };
    } finally {
      over.abort();
    }
  };

  return {
    async receive(known) {
      const answer = await adapter.receive(vouchFor(known), activityOf(known), () =>
        withinTurn(
          known,
          turn(known).catch((error: unknown) => excuse(known, error)),
        ),
      );
      return answer ? { status: answer.status, ...(answer.body && { body: answer.body }) } : { status: 200 };
    },
  };
}

/** Only what the door has looked at reaches the SDK; its type asks for far more fields than it reads. */
function activityOf({ type, id, channelId, serviceUrl, conversation, from, recipient }: KnownActivity): Activity {
  const seen: Partial<Activity> = {
    type,
    channelId,
    serviceUrl,
    ...(id && { id }),
    conversation: { id: conversation.id, isGroup: false, conversationType: '', name: '' },
    from: { id: from.id, name: '' },
    recipient: { id: recipient.id, name: '' },
  };
  return seen as Activity;
}

/** The body that `adaptiveCard/action` wants: its own status code inside a 200. */
function invokeResponse(answer: PressAnswer, render: (reply: Reply) => Json): InvokeResponse {
  const [type, value] =
    answer.kind === 'card'
      ? ['application/vnd.microsoft.card.adaptive', render(answer.reply)]
      : ['application/vnd.microsoft.activity.message', answer.text];
  return { status: 200, body: { statusCode: 200, type, value } };
}
