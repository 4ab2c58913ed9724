import type { Row, Tables } from './tables.ts';
import type { Watch, WatchEnding, WatchState } from './watch.ts';

export type NewWatch = Omit<Watch, 'number' | 'state' | 'runs' | 'ending'>;

/** The watches of a store. Each promise resolves when the change is durable. Errors: StoreError, and nothing was written. */
export type Watches = {
  /** With the room's next number and its first run begun; `full` where the room has `most` that are not over. Adding one twice adds it once. */
  add(watch: NewWatch, most: number): Promise<Watch | 'full'>;
  get(id: string): Promise<Watch | undefined>;
  /** Those of a room that are not over, by number. */
  inRoom(room: string): Promise<readonly Watch[]>;
  /** Those whose next run, or whose last word, is due; the longest overdue first. */
  due(nowMs: number, limit: number): Promise<readonly Watch[]>;
  /** Counts run number `run` as begun; false where somebody else has. */
  begun(id: string, run: number, nextAtMs: number): Promise<boolean>;
  /** Puts off the next run or the last word. */
  putOff(id: string, nextAtMs: number): Promise<void>;
  /** Makes the next run due; false for one that is not active. */
  hurry(id: string, nowMs: number): Promise<boolean>;
  /** Ends one that is active; false for any other. `ending` has its last word said, `ended` does not. */
  end(id: string, ending: WatchEnding, to: 'ending' | 'ended', nowMs: number): Promise<boolean>;
  /** The last word is said, or on its way. */
  close(id: string, nowMs: number): Promise<void>;
  /** All that are not over, of every room. */
  live(): Promise<readonly Watch[]>;
  /** Drops the job of a run that nothing refers to any more, once it is over. */
  forgetRun(jobId: string): Promise<void>;
  /** Drops what ended before this moment. */
  prune(beforeMs: number): Promise<number>;
};

/** Two that are added at once compete for the room's next number, and whoever loses takes the one after it. */
const mostAttempts = 50;

export function createWatches({ prefix, write, rows }: Tables): Watches {
  const table = `${prefix}watch`;
  const get = async (id: string) => {
    const [row] = await rows(`SELECT * FROM ${table} WHERE id = ?`, [id]);
    return row && watchFromRow(row);
  };
  return {
    async add({ id, room, nextAtMs, ...body }, most) {
      for (let attempt = 0; attempt < mostAttempts; attempt += 1) {
        const known = await get(id);
        if (known) return known;
        const [row] = await rows(
          `SELECT COALESCE(MAX(number), 0) AS last, COUNT(CASE WHEN state <> 'ended' THEN 1 END) AS live FROM ${table} WHERE room = ?`,
          [room],
        );
        if (Number(row?.live ?? 0) >= most) return 'full';
        await write(
          `INSERT INTO ${table} (id, room, number, state, runs, next_at_ms, body) VALUES (?, ?, ?, 'active', 1, ?, ?)
           ON CONFLICT DO NOTHING`,
          [id, room, Number(row?.last ?? 0) + 1, nextAtMs, JSON.stringify(body)],
        );
      }
      throw new Error(`no number for watch ${id} after ${mostAttempts} attempts`);
    },
    get,
    async inRoom(room) {
      const found = await rows(`SELECT * FROM ${table} WHERE room = ? AND state <> 'ended' ORDER BY number`, [room]);
      return found.map(watchFromRow);
    },
    async due(nowMs, limit) {
      const found = await rows(
        `SELECT * FROM ${table} WHERE state <> 'ended' AND next_at_ms <= ? ORDER BY next_at_ms, id LIMIT ?`,
        [nowMs, limit],
      );
      return found.map(watchFromRow);
    },
    async begun(id, run, nextAtMs) {
      const text = `UPDATE ${table} SET runs = ?, next_at_ms = ? WHERE id = ? AND runs = ?`;
      return (await write(text, [run, nextAtMs, id, run - 1])) === 1;
    },
    async putOff(id, nextAtMs) {
      await write(`UPDATE ${table} SET next_at_ms = ? WHERE id = ?`, [nextAtMs, id]);
    },
    async hurry(id, nowMs) {
      return (await write(`UPDATE ${table} SET next_at_ms = ? WHERE id = ? AND state = 'active'`, [nowMs, id])) === 1;
    },
    async end(id, ending, to, nowMs) {
      const text = `UPDATE ${table} SET state = ?, ending = ?, next_at_ms = ? WHERE id = ? AND state = 'active'`;
      return (await write(text, [to, JSON.stringify(ending), nowMs, id])) === 1;
    },
    async close(id, nowMs) {
      await write(`UPDATE ${table} SET state = 'ended', next_at_ms = ? WHERE id = ? AND state <> 'ended'`, [nowMs, id]);
    },
    async live() {
      return (await rows(`SELECT * FROM ${table} WHERE state <> 'ended' ORDER BY id`)).map(watchFromRow);
    },
    async forgetRun(jobId) {
      await write(`DELETE FROM ${prefix}job WHERE id = ? AND state IN ('delivered', 'abandoned')`, [jobId]);
    },
    prune: (beforeMs) => write(`DELETE FROM ${table} WHERE state = 'ended' AND next_at_ms < ?`, [beforeMs]),
  };
}

function watchFromRow(row: Row): Watch {
  return {
    ...JSON.parse(String(row.body)),
    id: String(row.id),
    room: String(row.room),
    number: Number(row.number),
    state: String(row.state) as WatchState,
    runs: Number(row.runs),
    nextAtMs: Number(row.next_at_ms),
    ...(row.ending !== null && row.ending !== undefined && { ending: JSON.parse(String(row.ending)) }),
  };
}
