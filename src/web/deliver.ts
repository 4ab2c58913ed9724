import { z } from 'zod';
import type { JsonObject } from '../core/json.ts';

/** What became of an activity that was sent to the bot. */
export type Delivery = { readonly ok: true } | { readonly ok: false; readonly why: string };

/** What a pressed Action.Execute came to. */
export type InvokeAnswer =
  | { readonly kind: 'card'; readonly card: JsonObject }
  | { readonly kind: 'notice'; readonly text: string }
  | { readonly kind: 'failed'; readonly why: string };

/** Teams shows an error when a turn takes longer. */
const turnLimitMs = 15_000;
/** Teams gives up on a pressed button after about this long. */
const invokeLimitMs = 5_000;

const answerShape = z.looseObject({ statusCode: z.number(), type: z.string(), value: z.unknown() });
const errorShape = z.looseObject({ code: z.string().optional(), message: z.string().optional() });
const cardShape = z.looseObject({ type: z.literal('AdaptiveCard') });

export async function deliver(botUrl: string, activity: JsonObject): Promise<Delivery> {
  const sent = await post(botUrl, activity, turnLimitMs);
  if ('why' in sent) return { ok: false, why: sent.why };
  await sent.response.body?.cancel();
  if (sent.response.ok) return { ok: true };
  return { ok: false, why: `hopcheck answered ${sent.response.status} to this message.` };
}

export async function invoke(botUrl: string, activity: JsonObject): Promise<InvokeAnswer> {
  const sent = await post(botUrl, activity, invokeLimitMs);
  if ('why' in sent) return { kind: 'failed', why: sent.why };
  const { response } = sent;
  const body = await response.text();
  if (!response.ok) return { kind: 'failed', why: `hopcheck answered ${response.status} to this button.` };
  return read(body);
}

function read(body: string): InvokeAnswer {
  const answer = answerShape.safeParse(parse(body));
  if (!answer.success) return { kind: 'failed', why: 'hopcheck gave this button no answer that Teams understands.' };
  const { type, value, statusCode } = answer.data;
  if (type === 'application/vnd.microsoft.card.adaptive') {
    const card = cardShape.safeParse(value);
    if (!card.success) return { kind: 'failed', why: 'hopcheck answered with a card that is no Adaptive Card.' };
    return { kind: 'card', card: JSON.parse(JSON.stringify(card.data)) };
  }
  if (type === 'application/vnd.microsoft.activity.message' && typeof value === 'string')
    return { kind: 'notice', text: value };
  if (type === 'application/vnd.microsoft.error') {
    const error = errorShape.safeParse(value);
    const words = error.success ? (error.data.message ?? error.data.code) : undefined;
    return { kind: 'failed', why: words ?? `hopcheck refused this button (${statusCode}).` };
  }
  return { kind: 'failed', why: `hopcheck answered this button with "${type}", which is not emulated here.` };
}

async function post(
  botUrl: string,
  activity: JsonObject,
  limitMs: number,
): Promise<{ readonly response: Response } | { readonly why: string }> {
  try {
    const response = await fetch(`${botUrl}/api/messages`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(activity),
      redirect: 'error',
      signal: AbortSignal.timeout(limitMs),
    });
    return { response };
  } catch (error) {
    if (error instanceof Error && error.name === 'TimeoutError') {
      return { why: `hopcheck did not answer within ${limitMs / 1000} s.` };
    }
    return { why: `hopcheck could not be reached at ${botUrl}.` };
  }
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
