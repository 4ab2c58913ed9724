import { parseArgs } from 'node:util';
import type { Arm } from '../azure/arm.ts';
import type { Locale } from '../core/chat.ts';
import type { Clock } from '../core/clock.ts';
import { say } from '../language/say.ts';
import { exitUsage } from './answer.ts';
import { azureChecks, examineAzure, notLookedAt } from './doctor-azure.ts';
import { type BotParts, examineBot, examineEndpoint } from './doctor-bot.ts';
import { jsonOf, type Line, reasonOf, summaryOf, tableOf } from './doctor-line.ts';
import { type DatabaseParts, examineDatabase, examineStore } from './doctor-store.ts';

export type DoctorParts = {
  /** What is wrong with the environment and with the grants file, each a sentence. */
  readonly configuration: { readonly problems: readonly string[]; readonly registered: boolean };
  readonly grants: { readonly file: string | undefined; readonly problems: readonly string[] };
  /** Absent without a registration. */
  readonly bot: BotParts | undefined;
  readonly port: number;
  readonly dataDir: string | undefined;
  /** Where there is one, the data folder is not used. */
  readonly database: DatabaseParts | undefined;
  readonly subscriptions: readonly string[];
  /** Absent where the configuration cannot be read at all. Rejects where Resource Manager cannot be found. */
  readonly connect: (() => Promise<{ readonly arm: Arm; close(): Promise<void> }>) | undefined;
  readonly language: Locale;
  readonly clock: Clock;
};

export type DoctorTerminal = { readonly out: (text: string) => void; readonly err: (text: string) => void };

/** Looks at all that hopcheck rests on and changes nothing. Returns 0 where nothing is wrong, 1 for a problem, 64 for wrong options. */
export async function runDoctor(argv: readonly string[], parts: DoctorParts, io: DoctorTerminal): Promise<number> {
  const order = readOrder(argv, parts.language);
  if (!order) {
    io.err(say(parts.language, 'doctor.usage'));
    return exitUsage;
  }
  const { locale, json, endpoint } = order;
  const [azure, bot, door, store] = await Promise.all([
    azureLines(parts, locale),
    examineBot(parts.bot, locale),
    examineEndpoint({ endpoint, port: parts.port }, locale),
    parts.database ? examineDatabase(parts.database, locale) : examineStore(parts.dataDir, locale),
  ]);
  const lines = [...configurationLines(parts, locale), grantsLine(parts, locale), ...bot, door, ...azure, store];
  io.out(json ? JSON.stringify(jsonOf(lines)) : `${tableOf(lines, locale)}\n\n${summaryOf(lines, locale)}`);
  return lines.some(({ state }) => state === 'problem') ? 1 : 0;
}

const locales: readonly Locale[] = ['en', 'zh'];

function readOrder(argv: readonly string[], language: Locale) {
  try {
    const { values } = parseArgs({
      args: [...argv],
      options: {
        json: { type: 'boolean', default: false },
        endpoint: { type: 'string' },
        language: { type: 'string', default: language },
      },
    });
    const { json, endpoint } = values;
    const locale = locales.find((known) => known === values.language);
    const known = endpoint === undefined || (/^https?:\/\//.test(endpoint) && URL.canParse(endpoint));
    return locale && known ? { json, endpoint, locale } : undefined;
  } catch {
    return undefined;
  }
}

function configurationLines({ configuration }: DoctorParts, locale: Locale): readonly Line[] {
  const { problems, registered } = configuration;
  if (problems.length === 0) {
    const text = say(locale, registered ? 'doctor.configuration.ok' : 'doctor.configuration.local');
    return [{ check: 'configuration', state: 'ok', text }];
  }
  const fix = say(locale, 'doctor.configuration.fix');
  return problems.map((text) => ({ check: 'configuration', state: 'problem', text, fix }));
}

function grantsLine({ grants, configuration }: DoctorParts, locale: Locale): Line {
  const { file, problems } = grants;
  if (file === undefined) {
    const text = say(locale, 'doctor.grants.none');
    return configuration.registered
      ? { check: 'grants', state: 'problem', text, fix: say(locale, 'doctor.grants.none.fix') }
      : { check: 'grants', state: 'unknown', text };
  }
  if (problems.length === 0) return { check: 'grants', state: 'ok', text: say(locale, 'doctor.grants.ok', { file }) };
  return {
    check: 'grants',
    state: 'problem',
    text: problems.join(' · '),
    fix: say(locale, 'doctor.grants.fix', { file }),
  };
}

async function azureLines({ connect, subscriptions, clock }: DoctorParts, locale: Locale): Promise<readonly Line[]> {
  if (!connect) return notLookedAt(azureChecks, locale);
  let connection: Awaited<ReturnType<typeof connect>>;
  try {
    connection = await connect();
  } catch (error) {
    const reason = reasonOf(error);
    const [credential, ...others] = azureChecks;
    const line: Line = {
      check: credential,
      state: 'problem',
      text: say(locale, 'doctor.connect.failed', { reason }),
      fix: say(locale, 'doctor.connect.fix'),
    };
    return [line, ...notLookedAt(others, locale)];
  }
  try {
    return await examineAzure({ arm: connection.arm, subscriptions, clock, locale });
  } finally {
    await connection.close();
  }
}
