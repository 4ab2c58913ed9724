import type { Clock } from '../core/clock.ts';
import { backOffMs } from '../jobs/back-off.ts';
import { type Manner, type Weight, Withheld } from '../jobs/job.ts';
import { readFault } from './connector-fault.ts';
import { createTenant, progressShare, type Tenant } from './tenants.ts';
import { createWindows, type Limit, type Windows } from './windows.ts';

/** One message that wants to leave. */
export type Outgoing = Manner & {
  /** Whose rates it counts against: the conversation without its thread. */
  readonly room: string;
  readonly tenant: string;
  /** The message that it is written over; absent for a new one. */
  readonly messageId?: string;
  /** Draws the message, then gives the request that may be made several times. An error here is not tried again. */
  prepare(): () => Promise<string | undefined>;
};

export type Sender = {
  /**
   * Resolves with what the request gave, or with undefined when a newer update of the same message took this one's place
   * before it left. Errors: the request's last one; `Withheld`; the signal's reason.
   */
  send(message: Outgoing): Promise<string | undefined>;
  /** Rejects everything that waits for the room. */
  drop(room: string, reason: Error): void;
  /** Conversations that are remembered, for the rates of their last hour. */
  readonly rooms: number;
  /** Rejects everything that waits. */
  close(): void;
};

export type SenderOptions = {
  readonly clock: Clock;
  /** From 0 to below 1. */
  readonly random?: () => number;
};

/** What Teams takes from a bot in one conversation; a channel's threads count together here. */
export const roomLimits: readonly Limit[] = [
  { most: 7, withinMs: 1000 },
  { most: 8, withinMs: 2000 },
  { most: 60, withinMs: 30_000 },
  { most: 1800, withinMs: 3_600_000 },
];

const ranks: Readonly<Record<Weight, number>> = { progress: 0, acknowledgement: 1, answer: 2 };

/**
 * Later than this a message is worth less than the place it takes. The turn that waits for its acknowledgement must end, too; and
 * where a tenant is so busy that nothing is left for progress, thousands of cards would wait to say what is no news by then.
 */
const patienceMs: Readonly<Record<Weight, number>> = { progress: 10_000, acknowledgement: 4000, answer: Infinity };

const mostTries = 5;

/** Without a reason of its own, each abort makes an exception with a stack. */
const woken = new Error('the line has changed');

const sweepMs = 60_000;

/** So that many conversations that wait for the same moment do not go on together. */
const jitterMs = 50;

type Item = {
  readonly messageId?: string;
  message: Outgoing;
  weight: Weight;
  tries: number;
  notBeforeMs: number;
  overdueMs: number;
  inFlight: boolean;
  settle: { readonly resolve: (id: string | undefined) => void; readonly reject: (error: unknown) => void };
  release: () => void;
};

type Room = {
  readonly line: Item[];
  readonly windows: Windows;
  pausedUntilMs: number;
  pumping: boolean;
  wake: AbortController;
};

/**
 * Every message of the bot leaves through here. Each conversation has a line of its own with one request at a time, so that
 * order is kept and what the channel counts is known; lines share the tenant's rate by taking turns.
 */
export function createSender({ clock, random = Math.random }: SenderOptions): Sender {
  const rooms = new Map<string, Room>();
  const tenants = new Map<string, Tenant>();
  const closing = new AbortController();

  let nextSweepMs = 0;

  const forgetIdle = (nowMs: number) => {
    if (nowMs < nextSweepMs) return;
    nextSweepMs = nowMs + sweepMs;
    for (const [key, room] of rooms) {
      if (!room.pumping && room.pausedUntilMs <= nowMs && room.windows.isEmpty(nowMs)) rooms.delete(key);
    }
  };

  const roomOf = (key: string): Room => {
    forgetIdle(clock.now());
    const known = rooms.get(key);
    if (known) return known;
    const windows = createWindows(roomLimits);
    const room: Room = { line: [], windows, pausedUntilMs: 0, pumping: false, wake: new AbortController() };
    rooms.set(key, room);
    return room;
  };

  const tenantOf = (key: string): Tenant => {
    const known = tenants.get(key);
    if (known) return known;
    const tenant = createTenant(clock, random, closing.signal);
    tenants.set(key, tenant);
    return tenant;
  };

  const take = (room: Room, item: Item): Item['settle'] => {
    const at = room.line.indexOf(item);
    if (at >= 0) room.line.splice(at, 1);
    item.release();
    return item.settle;
  };

  const wake = (room: Room) => {
    if (!room.pumping) return;
    room.wake.abort(woken);
    room.wake = new AbortController();
  };

  /** Who is next, and when. Answers go before progress, each in the order they came. */
  const next = (
    room: Room,
    tenant: Tenant,
    nowMs: number,
  ): { readonly item: Item; readonly waitMs: number } | undefined => {
    const ratesOf = ({ weight }: Item) =>
      weight === 'progress'
        ? Math.max(room.windows.waitMs(nowMs, progressShare), tenant.spareMs(nowMs))
        : room.windows.waitMs(nowMs);
    const waitOf = (item: Item) => Math.max(ratesOf(item), room.pausedUntilMs - nowMs, item.notBeforeMs - nowMs, 0);
    const due = (item: Item) => item.notBeforeMs <= nowMs;
    const answers = room.line.filter(({ weight }) => weight !== 'progress');
    const item = answers.find(due) ?? room.line.find(due) ?? soonest(room.line);
    return item && { item, waitMs: waitOf(item) };
  };

  const dropOverdue = (room: Room, nowMs: number) => {
    for (const item of room.line.filter(({ overdueMs }) => overdueMs < nowMs)) {
      take(room, item).reject(new Withheld('the conversation has more to say than it may'));
    }
  };

  const pump = async (room: Room, tenant: Tenant) => {
    while (room.line.length > 0 && !closing.signal.aborted) {
      const nowMs = clock.now();
      dropOverdue(room, nowMs);
      const candidate = next(room, tenant, nowMs);
      if (!candidate) continue;
      const { item, waitMs } = candidate;
      if (waitMs > 0) {
        const overdueMs = room.line.reduce((earliest, other) => Math.min(earliest, other.overdueMs), Infinity);
        const pauseMs = Math.min(waitMs + random() * jitterMs, overdueMs + 1 - nowMs);
        await clock.sleep(pauseMs, room.wake.signal).catch(() => undefined);
        continue;
      }
      await tenant.turn().catch(() => undefined);
      // It may have been taken back, or have waited too long, while others had their turn.
      if (closing.signal.aborted || !room.line.includes(item) || item.overdueMs < clock.now()) continue;
      await attempt(room, item);
    }
    // In the same breath as the look at the line: what comes a moment later finds no pump and starts one.
    room.pumping = false;
    if (closing.signal.aborted) empty(room, closing.signal.reason);
  };

  const empty = (room: Room, reason: unknown) => {
    for (const item of room.line.filter(({ inFlight }) => !inFlight)) take(room, item).reject(reason);
  };

  const attempt = async (room: Room, item: Item) => {
    const kind = item.messageId === undefined ? 'create' : 'update';
    let request: () => Promise<string | undefined>;
    try {
      request = item.message.prepare();
    } catch (error) {
      take(room, item).reject(error);
      return;
    }
    item.inFlight = true;
    item.tries += 1;
    try {
      const id = await request();
      take(room, item).resolve(id);
    } catch (error) {
      const nowMs = clock.now();
      const fault = readFault(error, kind, nowMs);
      const delayMs = fault.retryAfterMs ?? backOffMs(item.tries - 1, random);
      if (fault.slows) room.pausedUntilMs = nowMs + delayMs + (fault.retryAfterMs ? random() * jitterMs : 0);
      else item.notBeforeMs = nowMs + delayMs;
      const isReplaced = room.line.some((other) => other !== item && isOver(other, item.messageId));
      if (fault.again && isReplaced) take(room, item).resolve(undefined);
      else if (!fault.again || item.tries >= mostTries || item.weight === 'progress') take(room, item).reject(error);
      else if (item.message.signal?.aborted) take(room, item).reject(item.message.signal.reason);
    } finally {
      item.inFlight = false;
      // Counted when it has ended: the channel has seen it by then, and the next one leaves later.
      room.windows.count(clock.now());
    }
  };

  /** Puts newer words into an update that still waits; it keeps its place. */
  const merge = (item: Item, next: Item) => {
    item.release();
    item.settle.resolve(undefined);
    item.settle = next.settle;
    item.message = next.message;
    item.tries = 0;
    if (ranks[next.weight] > ranks[item.weight]) item.weight = next.weight;
    item.overdueMs = Math.max(item.overdueMs, next.overdueMs);
    return item;
  };

  const line = (room: Room, fresh: Item): Item => {
    const waiting = room.line.find((item) => !item.inFlight && isOver(item, fresh.messageId));
    if (waiting) return merge(waiting, fresh);
    room.line.push(fresh);
    return fresh;
  };

  return {
    send: (message) =>
      new Promise((resolve, reject) => {
        const { messageId, signal, weight = 'answer' } = message;
        if (signal?.aborted || closing.signal.aborted) {
          reject(signal?.aborted ? signal.reason : closing.signal.reason);
          return;
        }
        const room = roomOf(message.room);
        const item = line(room, {
          ...(messageId !== undefined && { messageId }),
          message,
          weight,
          tries: 0,
          notBeforeMs: 0,
          overdueMs: clock.now() + patienceMs[weight],
          inFlight: false,
          settle: { resolve, reject },
          release: () => undefined,
        });
        const leave = () => {
          if (item.inFlight) return;
          take(room, item).reject(signal?.reason);
          wake(room);
        };
        signal?.addEventListener('abort', leave, { once: true });
        item.release = () => signal?.removeEventListener('abort', leave);
        wake(room);
        if (room.pumping) return;
        room.pumping = true;
        void pump(room, tenantOf(message.tenant));
      }),
    drop(key, reason) {
      const room = rooms.get(key);
      if (!room) return;
      empty(room, reason);
      wake(room);
    },
    get rooms() {
      forgetIdle(clock.now());
      return rooms.size;
    },
    close() {
      const reason = new Error('hopcheck is stopping');
      closing.abort(reason);
      for (const room of rooms.values()) {
        empty(room, reason);
        wake(room);
      }
    },
  };
}

function isOver(item: Item, messageId: string | undefined): boolean {
  return messageId !== undefined && item.messageId === messageId;
}

function soonest(line: readonly Item[]): Item | undefined {
  return line.toSorted((one, other) => one.notBeforeMs - other.notBeforeMs)[0];
}
