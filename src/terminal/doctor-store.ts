import { constants } from 'node:fs';
import { access, open, stat, statfs } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import type { Locale } from '../core/chat.ts';
import { say } from '../language/say.ts';
import { type Line, reasonOf } from './doctor-line.ts';

const leastFreeBytes = 100 * 1024 * 1024;
const header = 'SQLite format 3\0';

export type DatabaseParts = {
  /** Host, port and name; never the password. */
  readonly where: string;
  /** Connects and asks for the server's version, and whether tables may be made. Rejects where that fails. */
  readonly ask: () => Promise<{ readonly version: string; readonly mayCreate: boolean }>;
};

export async function examineDatabase({ where, ask }: DatabaseParts, locale: Locale): Promise<Line> {
  const fix = say(locale, 'doctor.database.fix');
  try {
    const { version, mayCreate } = await ask();
    const text = say(locale, mayCreate ? 'doctor.database.ok' : 'doctor.database.noRight', { where, version });
    return mayCreate ? { check: 'store', state: 'ok', text } : { check: 'store', state: 'problem', text, fix };
  } catch (error) {
    const text = say(locale, 'doctor.database.failed', { where, reason: reasonOf(error) });
    return { check: 'store', state: 'problem', text, fix };
  }
}

/** Looks at the data folder without making, opening or changing anything in it: the bot may be running on it. */
export async function examineStore(dataDir: string | undefined, locale: Locale): Promise<Line> {
  if (dataDir === undefined) return { check: 'store', state: 'unknown', text: say(locale, 'doctor.store.memory') };
  const folder = resolve(dataDir);
  const problem = (text: string): Line => ({
    check: 'store',
    state: 'problem',
    text,
    fix: say(locale, 'doctor.store.fix', { folder }),
  });
  const kind = await kindOf(folder);
  if (kind === 'file') return problem(say(locale, 'doctor.store.notFolder', { folder }));
  const place = kind === 'folder' ? folder : await nearestFolder(folder);
  if (!(await isWritable(place))) return problem(say(locale, 'doctor.store.readOnly', { folder: place }));
  const { bavail, bsize } = await statfs(place);
  const freeMb = Math.floor((bavail * bsize) / (1024 * 1024));
  if (bavail * bsize < leastFreeBytes) return problem(say(locale, 'doctor.store.full', { folder, freeMb }));
  const file = join(folder, 'hopcheck.sqlite');
  if ((await kindOf(file)) === 'nothing') {
    return { check: 'store', state: 'ok', text: say(locale, 'doctor.store.new', { folder, freeMb }) };
  }
  if (!(await isWritable(file))) return problem(say(locale, 'doctor.store.readOnly', { folder: file }));
  if (!(await isDatabase(file))) return problem(say(locale, 'doctor.store.notDatabase', { file }));
  return { check: 'store', state: 'ok', text: say(locale, 'doctor.store.ok', { file, freeMb }) };
}

async function kindOf(path: string): Promise<'folder' | 'file' | 'nothing'> {
  try {
    return (await stat(path)).isDirectory() ? 'folder' : 'file';
  } catch {
    return 'nothing';
  }
}

async function nearestFolder(path: string): Promise<string> {
  const above = dirname(path);
  return above === path || (await kindOf(above)) === 'folder' ? above : nearestFolder(above);
}

async function isWritable(path: string): Promise<boolean> {
  return access(path, constants.W_OK).then(
    () => true,
    () => false,
  );
}

/** A new database is an empty file until its first write. */
async function isDatabase(path: string): Promise<boolean> {
  const file = await open(path, 'r');
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(header.length), 0, header.length, 0);
    return bytesRead === 0 || buffer.toString('latin1') === header;
  } finally {
    await file.close();
  }
}
