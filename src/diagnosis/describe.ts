import type { Locale } from '../core/chat.ts';
import { isMessageKey, say, type Values } from '../language/say.ts';
import { fillCommand, fixes, shows } from './az.ts';
import type { Change } from './compare.ts';
import { isResourceId, ownerId, resourceName, segmentOf } from './resource-id.ts';
import { normaliseRule } from './rules.ts';
import type { Finding, Rule } from './verdict.ts';

/** A finding in words. `show` is an az command that shows what it speaks of. All three carry outside text: escape where they are drawn. */
export type Description = { readonly message: string; readonly advice: string; readonly show?: string };

/** Every blank of the sentences, with what stands in it when a finding does not know. */
const blanks = {
  action: '',
  at: '?',
  avgMs: 0,
  custom: 'no',
  destination: '?',
  detail: '',
  direction: 'Outbound',
  explained: 'no',
  failed: 0,
  fix: '',
  group: '',
  hasAction: 'no',
  hasDetail: 'no',
  hasFix: 'no',
  hasGroup: 'no',
  hasNextHop: 'no',
  hasRoute: 'no',
  hasRule: 'no',
  hasTable: 'no',
  hasUsage: 'no',
  health: 'unavailable',
  isDefault: 'no',
  kind: 'other',
  nextHop: '?',
  nextHopBack: '?',
  nsgDestination: 'none',
  nsgSource: 'none',
  part: 'content',
  passed: 0,
  percent: 0,
  port: '?',
  reason: 'none',
  region: '?',
  route: '',
  rule: '?',
  scheme: 'https',
  sent: 0,
  side: 'other',
  slowMs: 0,
  state: '?',
  status: '?',
  table: '',
  traffic: '?',
  type: '?',
  usage: '',
  way: 'there',
  witness: '?',
} as const satisfies Values;

export const blankNames: readonly string[] = Object.keys(blanks);

export function describe(finding: Finding, locale: Locale): Description {
  const { rule, facts } = finding;
  const commandValues = commandBlanks(finding);
  const fix = fillCommand(fixes[finding.code], commandValues);
  const show = fillCommand(shows[finding.code], commandValues);
  const table = rule?.routeTableId ? resourceName(rule.routeTableId) : undefined;
  const known: Values = {
    ...(rule ? ruleBlanks(rule, locale) : {}),
    ...facts,
    ...(fix ? { fix } : {}),
    ...(table ? { table, route: rule && rule.name !== table ? rule.name : '' } : {}),
    state: sayState(facts.state, locale),
    witness: sayWitness(facts.witness, locale),
    nextHop: sayNextHop(facts.nextHop, facts.nextHopAddress, locale),
    nextHopBack: sayNextHop(facts.nextHopBack, facts.nextHopBackAddress, locale),
  };
  const values: Values = { ...blanks, ...known, ...flags(known) };
  return {
    message: tidy(say(locale, `finding.${finding.code}.message`, values)),
    advice: tidy(say(locale, `finding.${finding.code}.advice`, values)),
    ...(show ? { show } : {}),
  };
}

/** No blank where a part of the sentence fell away, nor after a full-width bracket, which brings its own. */
function tidy(sentence: string): string {
  return sentence.replaceAll('） ', '）').trim();
}

/** The sentence of an assumption's code; the code itself where a later version wrote one that is not known here. */
export function describeAssumption(code: string, locale: Locale): string {
  const key = `assumption.${code}`;
  return isMessageKey(key) ? say(locale, key) : code;
}

/** A rule as people see it: its name, with Azure's spelling and the priority where they add something. */
function labelRule(rule: Rule, locale: Locale): string {
  const { name, reportedAs, priority } = rule;
  const reported = reportedAs !== '' && reportedAs !== name && !isResourceId(reportedAs);
  const key = reported ? (priority === undefined ? 'reported' : 'both') : priority === undefined ? 'plain' : 'priority';
  return say(locale, `diagnosis.rule.${key}`, { name, reportedAs, priority: priority ?? 0 });
}

function ruleBlanks(rule: Rule, locale: Locale): Values {
  return {
    rule: labelRule(rule, locale),
    isDefault: normaliseRule(rule.reportedAs).default || (rule.priority ?? 0) >= 65_000 ? 'yes' : 'no',
    ...(rule.securityGroupId ? { group: resourceName(rule.securityGroupId) } : {}),
    ...(rule.direction ? { direction: rule.direction } : {}),
  };
}

function flags(known: Values): Values {
  const flag = (name: string) => (known[name] === undefined || known[name] === '' ? 'no' : 'yes');
  return {
    hasAction: flag('action'),
    hasDetail: flag('detail'),
    hasFix: flag('fix'),
    hasGroup: flag('group'),
    hasNextHop: flag('nextHop'),
    hasRoute: flag('route'),
    hasRule: flag('rule'),
    hasTable: flag('table'),
    hasUsage: flag('usage'),
  };
}

/** Words of Azure for which there is a plain one; all others stand as they are. */
function sayWord(area: 'state' | 'witness' | 'nextHop', word: string | number | undefined, locale: Locale): string {
  const text = String(word ?? '');
  const key = `diagnosis.${area}.${text.toLowerCase()}`;
  return isMessageKey(key) ? say(locale, key) : text;
}

const sayState = (word: string | number | undefined, locale: Locale) => sayWord('state', word, locale);
const sayWitness = (word: string | number | undefined, locale: Locale) => sayWord('witness', word, locale);

function sayNextHop(type: string | number | undefined, address: string | number | undefined, locale: Locale): string {
  const words = sayWord('nextHop', type, locale);
  return address === undefined || words === '' ? words : `${words} ${address}`;
}

function commandBlanks({ rule, resourceId, facts }: Finding): Readonly<Record<string, string | undefined>> {
  const id = resourceId ? ownerId(resourceId) : undefined;
  const vmId = id && /\/virtualMachines\/[^/]+$/i.test(id) ? id : textOf(facts.vmId);
  const nsgId = rule?.securityGroupId;
  const isDefault = rule !== undefined && (normaliseRule(rule.reportedAs).default || (rule.priority ?? 0) >= 65_000);
  return {
    id,
    nicId: id && /\/networkInterfaces\/[^/]+$/i.test(id) ? id : undefined,
    vmId,
    vmName: vmId && resourceName(vmId),
    vmGroup: vmId && segmentOf(vmId, 'resourceGroups'),
    vmSubscription: vmId && segmentOf(vmId, 'subscriptions'),
    nsgId,
    nsgName: nsgId && resourceName(nsgId),
    nsgGroup: nsgId && segmentOf(nsgId, 'resourceGroups'),
    nsgSubscription: nsgId && segmentOf(nsgId, 'subscriptions'),
    userRule: rule && !isDefault ? rule.name : undefined,
    tableId: rule?.routeTableId,
    region: textOf(facts.region),
    os: textOf(facts.os),
    fromIp: textOf(facts.fromIp),
    toIp: textOf(facts.toIp),
  };
}

function textOf(value: string | number | undefined): string | undefined {
  return typeof value === 'string' && value !== '' ? value : undefined;
}

/** A change since the last answer, in words: a rule by its name, any other cause by its sentence. */
export function describeChange(change: Change, locale: Locale): string {
  switch (change.kind) {
    case 'appeared':
    case 'gone': {
      const { finding } = change;
      const cause = finding.rule ? labelRule(finding.rule, locale) : describe(finding, locale).message;
      return say(locale, `diagnosis.change.${change.kind}`, { cause });
    }
    case 'path':
      return say(locale, 'diagnosis.change.path', { from: change.from.join(' → '), to: change.to.join(' → ') });
    case 'verdict':
      return say(locale, 'diagnosis.change.verdict', {
        from: say(locale, `card.verdict.${change.from}`),
        to: say(locale, `card.verdict.${change.to}`),
      });
    case 'latency':
      return say(locale, 'diagnosis.change.latency', { fromMs: change.fromMs, toMs: change.toMs });
    case 'loss':
      return say(locale, 'diagnosis.change.loss', { fromPercent: change.fromPercent, toPercent: change.toPercent });
  }
}
