import { createUserCredential, type Exchange, type Person } from '../azure/user-credential.ts';
import type { Services, Turn } from '../commands/command.ts';
import { type People, personKey, type SigningOut } from '../commands/people.ts';
import { problemReply } from '../commands/replies.ts';
import type { Clock } from '../core/clock.ts';
import { ShownError } from '../core/errors.ts';
import type { Json } from '../core/json.ts';
import type { Replier } from '../jobs/job.ts';
import type { Store } from '../jobs/store.ts';
import type { OwnChat } from './own-chat.ts';
import { readReference } from './reference.ts';
import { signInReply } from './sign-in-card.ts';
import type { SignInSignal } from './sign-in-signal.ts';
import type { TokenService } from './token-service.ts';

export type UserCredential = ReturnType<typeof createUserCredential>;

export type SignInOptions = {
  readonly tokens: TokenService;
  readonly connection: string;
  readonly appId: string;
  /** Resource Manager's token audience. */
  readonly audience: string;
  /** Exchanges a token for the bot, in the directory of its person. */
  readonly exchange: (person: Person, ...token: Parameters<Exchange>) => ReturnType<Exchange>;
  /** What one person's credential can ask. */
  readonly open: (credential: UserCredential) => Pick<Services, 'arm' | 'inventory'>;
  readonly services: Services;
  readonly ownChat: OwnChat;
  readonly store: Pick<Store, 'remember' | 'recall'>;
  readonly replier: Replier;
  readonly clock: Clock;
  /** Somebody has signed in: what they asked before can go on. Not waited for. */
  readonly signedIn: (turn: Turn) => Promise<void>;
  /** Why a sign-in came to nothing. */
  readonly failed: (person: Person, reason: string) => void;
};

export type SignIn = People &
  SigningOut & {
    /** Answers what a client says about a sign-in: the HTTP status of the invoke, and its body. */
    take(signal: SignInSignal, turn: Turn): Promise<{ readonly status: number; readonly body?: Json }>;
  };

/** A person whose clients are kept; who asks again later than this gets new ones. */
const idleMs = 30 * 60_000;
const mostPeople = 500;
/** Each of a person's clients sends the same exchange, within seconds. */
const duplicateMs = 5 * 60_000;
/** An invoke is waited for about five seconds. */
const patienceMs = 4000;

const byHandKey = 'signInByHand';
/** When a person signed out, wherever that was: other instances hold what they signed in with before. */
const signedOutKey = 'signedOutAtMs';

type Kept = {
  readonly credential: UserCredential;
  readonly services: Services;
  readonly sinceMs: number;
  usedMs: number;
};

export function createSignIn(options: SignInOptions): SignIn {
  const { tokens, store, clock, connection } = options;
  const people = new Map<string, Kept>();
  const exchanges = new Map<string, { readonly atMs: number; readonly answer: ReturnType<SignIn['take']> }>();

  const identify = (turn: Turn): { readonly key: string; readonly person: Person } => {
    const key = personKey(turn);
    const { objectId } = turn.requester;
    const { tenantId } = turn.conversation;
    if (key && objectId && tenantId) return { key, person: { objectId, tenantId } };
    throw new ShownError({ code: 'SIGN_IN_FAILED', facts: { why: 'unknownPerson' } });
  };

  /** What the sign-in gave is not enough: the same exchange without asking would give the same again. */
  const forget = async (key: string, person: Person, userId: string) => {
    await store.remember(key, byHandKey, true);
    await tokens.forget(userId).catch(() => options.failed(person, 'the token service does not forget'));
  };

  const make = (turn: Turn): Kept => {
    const { key, person } = identify(turn);
    const { requester } = turn;
    const credential = createUserCredential({
      person,
      audience: options.audience,
      appId: options.appId,
      now: clock.now,
      fetch: () => tokens.fetch(requester.id),
      exchange: (token) => options.exchange(person, token),
      forget: () => forget(key, person, requester.id),
      failed: (reason) => options.failed(person, reason),
    });
    const services: Services = { ...options.services, ...options.open(credential), rights: 'reader' };
    const nowMs = clock.now();
    return { credential, services, sinceMs: nowMs, usedMs: nowMs };
  };

  const keep = async (turn: Turn): Promise<Kept> => {
    const { key: account } = identify(turn);
    const key = `${account} ${turn.requester.id}`;
    const outAtMs = Number((await store.recall(account, signedOutKey)) ?? Number.NEGATIVE_INFINITY);
    const nowMs = clock.now();
    const held = people.get(key);
    const kept = held && held.sinceMs > outAtMs ? held : make(turn);
    kept.usedMs = nowMs;
    people.delete(key);
    people.set(key, kept);
    for (const [oldest, { usedMs }] of people) {
      if (people.size <= mostPeople && usedMs + idleMs > nowMs) break;
      people.delete(oldest);
    }
    return kept;
  };

  const servicesFor = async (turn: Turn): Promise<Services | undefined> => {
    const { credential, services } = await keep(turn);
    try {
      await credential.getToken([]);
      return services;
    } catch (error) {
      if (error instanceof ShownError && error.problem.code === 'SIGN_IN_NEEDED') return undefined;
      throw error;
    }
  };

  const invitation: People['invitation'] = async (turn, place) => {
    const { key } = identify(turn);
    const { exchange, ...byHand } = await tokens.invite(turn.requester.id, readReference(place));
    const isByHand = (await store.recall(key, byHandKey)) === true;
    return signInReply(connection, { ...byHand, ...(exchange && !isByHand && { exchange }) }, turn.locale);
  };

  /** Whether what the token service holds now is enough for Azure. Says in the chat why it is not, where signing in again does not help. */
  const settle = async (turn: Turn): Promise<boolean> => {
    try {
      if (!(await servicesFor(turn))) return false;
    } catch (error) {
      if (!(error instanceof ShownError)) throw error;
      await options.replier.send(turn.conversation, problemReply(error.problem, turn));
      return false;
    }
    await store.remember(identify(turn).key, byHandKey, null);
    void options.signedIn(turn);
    return true;
  };

  const exchangeOnce = async (signal: SignInSignal & { readonly kind: 'exchange' }, turn: Turn) => {
    const { key, person } = identify(turn);
    const said = (status: number, failureDetail?: string) => ({
      status,
      body: { id: signal.id, connectionName: connection, ...(failureDetail && { failureDetail }) },
    });
    if (signal.connection !== connection) return said(400, 'no such connection');
    // Teams shows its button then.
    const byHand = said(412, 'sign in by hand');
    if ((await store.recall(key, byHandKey)) === true) return byHand;
    if ((await tokens.exchange(turn.requester.id, signal.token)) === 'refused') {
      options.failed(person, 'the token service does not exchange');
      return byHand;
    }
    const over = new AbortController();
    const settled = settle(turn).finally(() => over.abort());
    const late = clock.sleep(patienceMs, over.signal).then(
      () => true,
      () => settled,
    );
    return (await Promise.race([settled, late])) ? said(200) : byHand;
  };

  const take: SignIn['take'] = async (signal, turn) => {
    const { key, person } = identify(turn);
    switch (signal.kind) {
      case 'exchange': {
        const nowMs = clock.now();
        for (const [id, { atMs }] of exchanges) {
          if (atMs + duplicateMs > nowMs) break;
          exchanges.delete(id);
        }
        const once = `${key} ${turn.requester.id} ${signal.id}`;
        const answer = exchanges.get(once)?.answer ?? exchangeOnce(signal, turn);
        if (exchanges.has(once)) return answer;
        exchanges.set(once, { atMs: nowMs, answer });
        const isDone = await answer.then(
          ({ status }) => status === 200,
          () => false,
        );
        if (!isDone) exchanges.delete(once);
        return answer;
      }
      case 'code': {
        if ((await tokens.fetch(turn.requester.id, signal.code)) === undefined) return { status: 404 };
        await settle(turn);
        return { status: 200 };
      }
      case 'cancelled':
        return { status: 200 };
      case 'failed': {
        options.failed(person, `the client cannot sign in without asking: ${signal.code}`);
        if ((await store.recall(key, byHandKey)) === true) return { status: 200 };
        // Of most failures the person sees nothing at all.
        await store.remember(key, byHandKey, true);
        await options.replier.send(turn.conversation, await invitation(turn, turn.conversation));
        return { status: 200 };
      }
    }
  };

  return {
    servicesFor,
    invitation,
    take,
    async signOut(turn) {
      // Who is not known cannot have signed in.
      if (!personKey(turn)) return true;
      const { key, person } = identify(turn);
      await store.remember(key, signedOutKey, clock.now());
      await store.remember(key, byHandKey, true);
      for (const each of people.keys()) if (each.startsWith(`${key} `)) people.delete(each);
      try {
        await tokens.forget(turn.requester.id);
        return true;
      } catch {
        options.failed(person, 'the token service does not forget');
        return false;
      }
    },
    async placeFor(turn) {
      identify(turn);
      const { conversation, requester } = turn;
      return conversation.kind === 'channel' ? options.ownChat(conversation, requester) : conversation;
    },
  };
}
