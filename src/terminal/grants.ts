import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import type { Conversation, Locale } from '../core/chat.ts';
import type { Machine, Target } from '../core/check.ts';
import { say } from '../language/say.ts';
import { type Decision, decide } from '../policy/decide.ts';
import { type Grants, readGrants } from '../policy/grants.ts';
import type { Limits } from '../policy/rule.ts';
import type { Subject } from '../policy/subject.ts';
import { exitUsage, problemText } from './answer.ts';
import { type Asked, commandNames, type ReadCommandLine, readCommandLine } from './command-line.ts';

export type GrantsTerminal = { readonly out: (text: string) => void; readonly err: (text: string) => void };

const exitYes = 0;
const exitNo = 1;
const exitBadFile = 65;

const options = {
  file: { type: 'string' },
  who: { type: 'string' },
  where: { type: 'string' },
  kind: { type: 'string', default: 'channel' },
  team: { type: 'string' },
  tenant: { type: 'string' },
  what: { type: 'string' },
  subscription: { type: 'string' },
  group: { type: 'string', multiple: true },
  tag: { type: 'string', multiple: true },
  'in-vnet': { type: 'boolean', default: false },
  language: { type: 'string', default: 'en' },
} as const;

/** `grants validate` and `grants explain`, for reviews and CI. Returns the exit code. */
export function runGrants(
  argv: readonly string[],
  io: GrantsTerminal,
  readLine: ReadCommandLine = readCommandLine,
): number {
  const order = readArguments(argv);
  const locale = order?.locale ?? 'en';
  const wrongUsage = (text = say(locale, 'policy.usage')) => {
    io.err(text);
    return exitUsage;
  };
  if (!order) return wrongUsage();
  const { verb, values } = order;
  const grants = load(values.file, locale, io);
  if (!grants) return exitBadFile;
  if (verb === 'validate') {
    io.out(say(locale, 'policy.valid', { file: values.file, rules: grants.rules.length }));
    return exitYes;
  }
  const { who, what } = values;
  const where = placeFrom(values, grants);
  if (who === undefined || what === undefined || !where || where === 'which tenant') {
    return wrongUsage(where === 'which tenant' ? say(locale, 'policy.tenantNeeded', { file: values.file }) : undefined);
  }
  const machines = machinesFrom(values);
  if (!machines) return wrongUsage();
  const reading = readLine(what, locale);
  if (!reading.ok) return wrongUsage(problemText(reading.problem, locale));
  const answers = subjectsOf(reading.value, machines, values['in-vnet']).map(({ subject, destination }) => ({
    decision: decide(grants, { id: who }, where, subject),
    destination,
  }));
  for (const { decision, destination } of answers) {
    if (destination !== undefined && answers.length > 1) {
      io.out(say(locale, 'policy.question', { what: reading.value.command, destination }));
    }
    io.out(tell(decision, grants, locale));
    if (!decision.allowed && decision.reason === 'scope' && !isPlaced(values)) {
      io.err(say(locale, 'policy.placeUnknown'));
    } else io.out(tellMore(decision, locale));
  }
  return answers.every(({ decision }) => decision.allowed) ? exitYes : exitNo;
}

function parse(argv: readonly string[]) {
  try {
    return parseArgs({ args: [...argv], allowPositionals: true, options });
  } catch {
    // An option that parseArgs does not know is wrong usage like any other.
    return undefined;
  }
}

type Values = NonNullable<ReturnType<typeof parse>>['values'];

type Order = {
  readonly verb: 'explain' | 'validate';
  readonly values: Values & { readonly file: string };
  readonly locale: Locale;
};

function readArguments(argv: readonly string[]): Order | undefined {
  const parsed = parse(argv);
  if (!parsed) return undefined;
  const { values, positionals } = parsed;
  const [verb, ...more] = positionals;
  const { file, language } = values;
  if ((verb !== 'explain' && verb !== 'validate') || more.length > 0 || file === undefined) return undefined;
  return language === 'en' || language === 'zh' ? { verb, values: { ...values, file }, locale: language } : undefined;
}

function load(file: string, locale: Locale, io: GrantsTerminal): Grants | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? String(error.code) : String(error);
    io.err(say(locale, 'policy.unreadable', { file, code }));
    return undefined;
  }
  const reading = readGrants(text, file, commandNames);
  if (reading.ok) return reading.grants;
  for (const { line, column, message } of reading.problems) io.err(`${file}:${line}:${column}: ${message}`);
  return undefined;
}

function placeFrom(values: Values, { tenants }: Grants): Conversation | 'which tenant' | undefined {
  const { where, kind, team } = values;
  if (where === undefined || (kind !== 'channel' && kind !== 'personal' && kind !== 'groupChat')) return undefined;
  const [only, ...others] = tenants === 'any' ? [] : tenants;
  const tenantId = values.tenant ?? (others.length === 0 ? only : undefined);
  if (tenantId === undefined) return 'which tenant';
  const channel = kind === 'channel' ? { channelId: where.replace(/;messageid=.*$/is, '') } : {};
  return { id: where, kind, tenantId, ...channel, ...(team !== undefined && { teamId: team }), reference: {} };
}

const isPlaced = ({ subscription, group, tag }: Values) => (subscription ?? group ?? tag) !== undefined;

/** One machine for each group that is named. What is not said is nowhere, so that only `machines: all` grants it. */
function machinesFrom({ subscription = '', group = [''], tag = [] }: Values): readonly Machine[] | undefined {
  const tags: [string, string][] = [];
  for (const text of tag) {
    const at = text.indexOf('=');
    if (at < 1) return undefined;
    tags.push([text.slice(0, at), text.slice(at + 1)]);
  }
  return group.map((name) => ({
    name: '',
    resourceId: '',
    group: name,
    subscriptionId: subscription,
    region: '',
    nics: [],
    tags: Object.fromEntries(tags),
  }));
}

type Question = { readonly subject: Subject; readonly destination?: string };

/** One question for each destination, since each is a check of its own. */
function subjectsOf(asked: Asked, machines: readonly Machine[], inVnet: boolean): readonly Question[] {
  const { command, ports } = asked;
  const touched = asked.machines ? machines : [];
  if (asked.destinations.length === 0) return [{ subject: { command, machines: touched, ports } }];
  return asked.destinations.map((target) => ({
    subject: { command, machines: touched, ...reach(target, ports, inVnet) },
    destination: nameOf(target),
  }));
}

function reach(target: Target, ports: readonly number[], inVnet: boolean): Pick<Subject, 'destination' | 'ports'> {
  switch (target.kind) {
    case 'vm':
      return { destination: { inVnet: true }, ports };
    case 'address':
      return { destination: { address: target.address, inVnet }, ports };
    case 'host':
      return { destination: { host: target.host, inVnet }, ports };
    case 'url':
      return { destination: { host: target.host, inVnet }, ports: [target.port] };
  }
}

function nameOf(target: Target): string {
  switch (target.kind) {
    case 'vm':
      return target.name;
    case 'address':
      return target.address;
    case 'host':
      return target.host;
    case 'url':
      return target.url;
  }
}

function tell(decision: Decision, { otherwise }: Grants, locale: Locale): string {
  const { rule } = decision;
  if (decision.allowed) return say(locale, 'policy.yes', { rule });
  const reason = say(locale, `policy.reason.${decision.reason}`);
  return say(locale, rule === otherwise ? 'policy.noMatch' : 'policy.no', { rule, reason });
}

function tellMore(decision: Decision, locale: Locale): string {
  if (decision.allowed) return say(locale, 'policy.limits', figuresOf(decision.limits));
  const ids = Object.entries(decision.toGrant).map(([what, id]) => `${what} ${id}`);
  return ids.length > 0 ? say(locale, 'policy.toGrant', { ids: ids.join(', ') }) : say(locale, 'policy.neverGranted');
}

/** A grants file always sets all six: its own figures or the ordinary ones. */
function figuresOf({ person, channel, subscription }: Limits): Readonly<Record<string, number>> {
  return {
    personPerMinute: person.perMinute ?? 0,
    personInFlight: person.inFlight ?? 0,
    channelPerMinute: channel.perMinute ?? 0,
    channelInFlight: channel.inFlight ?? 0,
    subscriptionPerMinute: subscription.perMinute ?? 0,
    subscriptionInFlight: subscription.inFlight ?? 0,
  };
}
