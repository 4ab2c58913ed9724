import type { Activity, ConfigurationBotFrameworkAuthentication } from 'botbuilder';
import { ClaimsIdentity } from 'botframework-connector';
import { z } from 'zod';
import type { Reference } from './activity.ts';
import { hardenClient } from './connectors.ts';

/** The Bot Framework's store of people's tokens, for one OAuth connection of the bot. Errors: the SDK's, for anything unforeseen. */
export type TokenService = {
  /** What it keeps for this user; undefined for nobody who signed in. `code` is what the sign-in page left with the client. */
  fetch(userId: string, code?: string): Promise<string | undefined>;
  /** Where a person signs in, and what a client may exchange without asking. */
  invite(userId: string, reference: Reference): Promise<Invitation>;
  /** Takes the client's own token for one of the connection's; `refused` where the person has to consent or do more. */
  exchange(userId: string, token: string): Promise<'taken' | 'refused'>;
  forget(userId: string): Promise<void>;
};

const Resource = z.object({
  signInLink: z.url({ protocol: /^https$/ }),
  tokenExchangeResource: z.looseObject({ id: z.string().nullish(), uri: z.string().nullish() }).nullish(),
});

export type Invitation = {
  readonly link: string;
  /** Absent where the connection has no token exchange URL: then there is no single sign-on. */
  readonly exchange?: { readonly id: string; readonly uri: string };
};

const Token = z.object({ token: z.string().min(1) });

const channelId = 'msteams';

export type TokenServiceOptions = {
  readonly authentication: ConfigurationBotFrameworkAuthentication;
  readonly appId: string;
  readonly url: string;
  readonly connection: string;
  readonly timeoutMs?: number;
};

/** Statuses with which the service says that the person has to do something themselves. */
const needsPerson = [400, 401, 403, 404, 409, 412];

export function createTokenService(options: TokenServiceOptions): TokenService {
  const { appId, connection, timeoutMs = 4000 } = options;
  const opened = async () => {
    const identity = new ClaimsIdentity([
      { type: 'aud', value: appId },
      { type: 'appid', value: appId },
    ]);
    const client = await options.authentication.createUserTokenClient(identity);
    hardenClient(Reflect.get(client, 'client'), new URL(options.url).origin, timeoutMs);
    return client;
  };
  let made: ReturnType<typeof opened> | undefined;
  const client = () => {
    made ??= opened();
    return made;
  };

  return {
    async fetch(userId, code = '') {
      const answer: unknown = await (await client())
        .getUserToken(userId, connection, channelId, code)
        .catch((error: unknown) => {
          // A wrong or used code is answered so; without one it would be our own mistake.
          if (code !== '' && [400, 404].includes(statusOf(error) ?? 0)) return undefined;
          throw error;
        });
      return Token.safeParse(answer).data?.token;
    },
    async invite(userId, reference) {
      const asked: Partial<Activity> = {
        channelId,
        serviceUrl: reference.serviceUrl,
        conversation: { id: reference.conversationId, isGroup: false, conversationType: '', name: '' },
        from: { id: userId, name: '' },
        recipient: { id: reference.botId, name: reference.botName },
      };
      const answer: unknown = await (await client()).getSignInResource(connection, asked as Activity, '');
      const { signInLink: link, tokenExchangeResource } = Resource.parse(answer);
      const { id, uri } = tokenExchangeResource ?? {};
      return { link, ...(id && uri && { exchange: { id, uri } }) };
    },
    async exchange(userId, token) {
      try {
        const answer: unknown = await (await client()).exchangeToken(userId, connection, channelId, { token });
        return Token.safeParse(answer).success ? 'taken' : 'refused';
      } catch (error) {
        if (needsPerson.includes(statusOf(error) ?? 0)) return 'refused';
        throw error;
      }
    },
    async forget(userId) {
      await (await client()).signOutUser(userId, connection, channelId);
    },
  };
}

const Fault = z.object({ statusCode: z.number() });

function statusOf(error: unknown): number | undefined {
  return Fault.safeParse(error).data?.statusCode;
}
