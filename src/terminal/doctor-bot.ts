import type { BotProof } from '../azure/bot-credential.ts';
import type { Locale } from '../core/chat.ts';
import { say } from '../language/say.ts';
import { type Line, reasonOf } from './doctor-line.ts';

export type BotParts = {
  readonly appId: string;
  readonly proof: BotProof['kind'];
  /** Rejects with what Entra said. */
  readonly fetchToken: () => Promise<unknown>;
  /** Where the OpenID document of the connector's keys is. */
  readonly metadataUrl: string;
  readonly loadKeys: () => Promise<{ readonly keys: number } | { readonly failed: string }>;
  /** Where people ask with their own rights: what the token service says of the OAuth connection. */
  readonly signIn?: { readonly connection: string; readonly invite: () => Promise<{ readonly exchange?: object }> };
};

const timeoutMs = 10_000;

/** Entra's error numbers that say by themselves what to do. */
const knownErrors = ['7000215', '7000222', '700016', '90002', '700027', '70021'] as const;

export async function examineBot(bot: BotParts | undefined, locale: Locale): Promise<readonly Line[]> {
  if (!bot) {
    const text = say(locale, 'doctor.bot.none');
    return [
      { check: 'bot', state: 'unknown', text, fix: say(locale, 'doctor.bot.none.fix') },
      { check: 'keys', state: 'unknown', text },
    ];
  }
  const { signIn } = bot;
  return Promise.all([botLine(bot, locale), keysLine(bot, locale), ...(signIn ? [signInLine(signIn, locale)] : [])]);
}

async function signInLine({ connection, invite }: NonNullable<BotParts['signIn']>, locale: Locale): Promise<Line> {
  try {
    const { exchange } = await invite();
    if (exchange) return { check: 'signIn', state: 'ok', text: say(locale, 'doctor.signIn.ok', { connection }) };
    const fix = say(locale, 'doctor.signIn.byHand.fix');
    return { check: 'signIn', state: 'problem', text: say(locale, 'doctor.signIn.byHand', { connection }), fix };
  } catch (error) {
    const text = say(locale, 'doctor.signIn.refused', { connection, reason: reasonOf(error) });
    return { check: 'signIn', state: 'problem', text, fix: say(locale, 'doctor.signIn.fix') };
  }
}

async function botLine({ appId, proof, fetchToken }: BotParts, locale: Locale): Promise<Line> {
  try {
    await fetchToken();
    return { check: 'bot', state: 'ok', text: say(locale, 'doctor.bot.ok', { appId, proof }) };
  } catch (error) {
    const reason = reasonOf(error);
    const number = /AADSTS(\d+)/.exec(reason)?.[1];
    const known = knownErrors.find((candidate) => candidate === number);
    const text = say(locale, 'doctor.bot.refused', { appId, proof, reason });
    const fix = known ? say(locale, `doctor.bot.fix.${known}`, { appId }) : say(locale, 'doctor.bot.fix', { proof });
    return { check: 'bot', state: 'problem', text, fix };
  }
}

async function keysLine({ metadataUrl, loadKeys }: BotParts, locale: Locale): Promise<Line> {
  const host = new URL(metadataUrl).host;
  const loaded = await loadKeys();
  if ('keys' in loaded) {
    return { check: 'keys', state: 'ok', text: say(locale, 'doctor.keys.ok', { count: loaded.keys, host }) };
  }
  const text = say(locale, 'doctor.keys.failed', { host, reason: loaded.failed });
  return { check: 'keys', state: 'problem', text, fix: say(locale, 'doctor.keys.fix', { host }) };
}

/** Knocks at the bot's own door without a token. `endpoint` is as people reach it; without one only this machine is asked. */
export async function examineEndpoint(
  given: { readonly endpoint: string | undefined; readonly port: number },
  locale: Locale,
): Promise<Line> {
  const url = given.endpoint ?? `http://127.0.0.1:${given.port}/api/messages`;
  const knock = await send(url);
  if (given.endpoint === undefined) {
    const here = 'status' in knock && knock.status === 401;
    const text = say(locale, here ? 'doctor.endpoint.here' : 'doctor.endpoint.nobody', { port: given.port });
    return { check: 'endpoint', state: 'unknown', text, fix: say(locale, 'doctor.endpoint.giveIt') };
  }
  if ('failed' in knock) {
    const text = say(locale, 'doctor.endpoint.unreachable', { url, reason: knock.failed });
    return { check: 'endpoint', state: 'problem', text, fix: say(locale, 'doctor.endpoint.unreachable.fix') };
  }
  const { status } = knock;
  if (status === 401) return { check: 'endpoint', state: 'ok', text: say(locale, 'doctor.endpoint.ok', { url }) };
  const text = say(locale, 'doctor.endpoint.odd', { url, status });
  const open = status < 300 || status === 400;
  return {
    check: 'endpoint',
    state: 'problem',
    text,
    fix: say(locale, open ? 'doctor.endpoint.open' : 'doctor.endpoint.odd.fix'),
  };
}

async function send(url: string): Promise<{ readonly status: number } | { readonly failed: string }> {
  try {
    const response = await fetch(url, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{}',
      redirect: 'manual',
      signal: AbortSignal.timeout(timeoutMs),
    });
    await response.body?.cancel();
    return { status: response.status };
  } catch (error) {
    return { failed: reasonOf(error) };
  }
}
