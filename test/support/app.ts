import { z } from 'zod';
import { type App, createApp } from '../../src/app.ts';
import { type Config, readConfig } from '../../src/config.ts';
import { connectAzure } from '../../src/connect.ts';
import type { Clock } from '../../src/core/clock.ts';
import type { Json, JsonObject } from '../../src/core/json.ts';
import type { Log } from '../../src/log.ts';
import { everyone, type Grants } from '../../src/policy/grants.ts';
import type { Simulator } from '../../src/simulator/server.ts';
import type { Chat } from '../../src/web/chat.ts';
import type { Message } from '../../src/web/conversations.ts';
import type { PersonId } from '../../src/web/people.ts';
import { createFastClock } from './clock.ts';

export type Booted = {
  readonly app: App;
  readonly chat: Chat;
  readonly simulator: Simulator;
  /** Requests that Azure got, by the end of their path, e.g. `/connectivityCheck`. */
  asked(end: string): number;
  /** What was logged as a warning or an error. */
  readonly logged: { readonly level: string; readonly facts: object; readonly message: string }[];
  /** Types in the personal chat or, with a mention, in the channel, and waits for the final card of that message. */
  ask(text: string, options?: { person?: PersonId; channel?: boolean; locale?: string }): Promise<Message>;
  stop(): Promise<void>;
};

/** The whole product in local mode on free ports, with Azure's minutes in fractions of a second. */
export async function boot(
  environment: Readonly<Record<string, string>> = {},
  options: { readonly grants?: Grants; readonly clockFactor?: number; readonly channelClock?: Clock } = {},
): Promise<Booted> {
  const config = configOf(environment);
  const logged: Booted['logged'] = [];
  const calls: object[] = [];
  const note = (level: string) => (facts: object, message: string) => {
    logged.push({ level, facts, message });
  };
  const log: Log = {
    debug: (facts) => void calls.push(facts),
    info: () => {},
    warn: note('warn'),
    error: note('error'),
  };
  const clock = createFastClock(options.clockFactor ?? 200);
  const connection = await connectAzure(config, log, clock);
  const grants = options.grants ?? everyone('test');
  const { channelClock } = options;
  const app = await createApp(config, {
    log,
    clock,
    connection,
    grants: () => grants,
    ...(channelClock && { channelClock }),
  });
  await app.warm;
  const { chat } = app;
  const { simulator } = connection;
  if (!chat || !simulator) throw new Error('local mode has a chat and an embedded Azure');
  return {
    app,
    chat,
    simulator,
    logged,
    asked: (end) => calls.filter((call) => 'path' in call && String(call.path).endsWith(end)).length,
    async ask(text, { person = 'on-call', channel = false, locale } = {}) {
      const said = await chat.say({
        person,
        place: channel ? { kind: 'channel' } : { kind: 'personal' },
        text: channel ? `@hopcheck ${text}` : text,
        ...(locale && { locale }),
      });
      if (said.delivery === 'not mentioned' || !said.delivery.ok) throw new Error(`not delivered: ${text}`);
      return chat.connector
        .waitFor(
          (message) => message.author === 'bot' && Number(message.id) > Number(said.message.id) && isFinal(message),
          15_000,
        )
        .catch((error: unknown) => {
          throw new Error(`no answer to "${text}"; logged: ${JSON.stringify(logged, showErrors)}`, { cause: error });
        });
    },
    async stop() {
      await app.stop();
      await connection.close();
    },
  };
}

function showErrors(_key: string, value: unknown): unknown {
  return value instanceof Error ? value.stack : value;
}

export function configOf(environment: Readonly<Record<string, string>> = {}): Config {
  const reading = readConfig({ PORT: '0', HOPCHECK_SPEED: '1', ...environment }, 'local');
  if (!reading.ok) throw new Error(reading.problems.join('\n'));
  return reading.config;
}

/** An answer is final when it does not say that it is still looking or checking. */
export function isFinal(message: Message): boolean {
  return !/^(Checking|Looking up|正在|\d+ of \d+ checked)/.test(summaryOf(message));
}

export function summaryOf(message: Message): string {
  return String(message.activity.summary ?? '');
}

/** The message's Adaptive Card. */
export function cardOf(message: Message): JsonObject {
  const [attachment] = z
    .array(z.object({ content: z.record(z.string(), z.json()) }))
    .parse(message.activity.attachments);
  if (!attachment) throw new Error('the message carries no card');
  return attachment.content;
}

/** Everything that a card shows as text, in order. */
export function textsOf(card: Json | undefined): string[] {
  if (Array.isArray(card)) return card.flatMap(textsOf);
  if (typeof card !== 'object' || card === null) return [];
  return Object.entries(card).flatMap(([key, value]) =>
    (key === 'text' || key === 'title' || key === 'value') && typeof value === 'string' ? [value] : textsOf(value),
  );
}

export type Button = { readonly verb: string; readonly title: string; readonly data: JsonObject };

const Execute = z.looseObject({
  type: z.literal('Action.Execute'),
  title: z.string(),
  verb: z.string(),
  data: z.record(z.string(), z.json()),
});

/** The Action.Execute buttons of a card, wherever they stand. */
export function buttonsOf(card: Json | undefined): Button[] {
  if (Array.isArray(card)) return card.flatMap(buttonsOf);
  if (typeof card !== 'object' || card === null) return [];
  const own = Execute.safeParse(card);
  return [...(own.success ? [own.data] : []), ...Object.values(card).flatMap(buttonsOf)];
}

/** Presses a button of a card as Action.Execute does, with what was filled in beside it. */
export async function pressOn(
  on: Booted,
  message: Message,
  verb: string,
  inputs: Readonly<Record<string, string>> = {},
  person: PersonId = 'on-call',
) {
  const button = buttonsOf(cardOf(message)).find((candidate) => candidate.verb === verb);
  if (!button) throw new Error(`no button "${verb}" on: ${summaryOf(message)}`);
  return on.chat.press({
    person,
    conversationId: message.conversationId,
    messageId: message.id,
    press: { kind: 'execute', verb, title: button.title, data: { ...button.data, ...inputs } },
  });
}
