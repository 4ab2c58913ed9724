import { z } from 'zod';
import { type Reading, read, refuse } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';
import { normaliseRule } from '../../diagnosis/rules.ts';
import type { EffectiveGroup } from './card.ts';

const texts = z.array(z.string()).nullish();
const Rule = z.object({
  name: z.string(),
  priority: z.number(),
  direction: z.enum(['Inbound', 'Outbound']),
  access: z.enum(['Allow', 'Deny']),
  protocol: z.string().nullish(),
  sourceAddressPrefix: z.string().nullish(),
  sourceAddressPrefixes: texts,
  destinationAddressPrefix: z.string().nullish(),
  destinationAddressPrefixes: texts,
  destinationPortRange: z.string().nullish(),
  destinationPortRanges: texts,
});
const Id = z.object({ id: z.string() }).nullish();
const Group = z.object({
  networkSecurityGroup: z.object({ id: z.string() }),
  association: z.object({ subnet: Id, networkInterface: Id }).nullish(),
  effectiveSecurityRules: z.array(z.unknown()).nullish(),
});
const Body = z.object({ value: z.array(Group).nullish() });

/** The body of an interface's effective security groups. A rule of a shape that is not known is left out. */
export function readGroups(body: Json): Reading<readonly EffectiveGroup[]> {
  const parsed = Body.safeParse(body);
  if (!parsed.success) return refuse('AZURE_MALFORMED', { message: 'effective security groups of an unknown shape' });
  return read(
    (parsed.data.value ?? []).map((group) => ({
      securityGroupId: group.networkSecurityGroup.id,
      appliedTo: group.association?.networkInterface?.id ? 'nic' : 'subnet',
      rules: (group.effectiveSecurityRules ?? []).flatMap(readRule).sort(byTurn),
    })),
  );
}

function readRule(rule: unknown): EffectiveGroup['rules'][number][] {
  const parsed = Rule.safeParse(rule);
  if (!parsed.success) return [];
  const { name, priority, direction, access, protocol, ...where } = parsed.data;
  return [
    {
      name: normaliseRule(name).name,
      priority,
      direction,
      access,
      protocol: !protocol || /^all$/i.test(protocol) ? '*' : protocol,
      source: joined(where.sourceAddressPrefixes, where.sourceAddressPrefix),
      destination: joined(where.destinationAddressPrefixes, where.destinationAddressPrefix),
      ports: joined(where.destinationPortRanges, where.destinationPortRange),
    },
  ];
}

/** Azure gives one and many, the same ones twice, and everything as `0.0.0.0/0` or `0-65535`. */
function joined(many: readonly string[] | null | undefined, one: string | null | undefined): string {
  const parts = many && many.length > 0 ? many : one ? [one] : ['*'];
  const short = parts.map((part) => {
    const range = /^(\d+)-(\d+)$/.exec(part);
    if (part === '0.0.0.0/0' || part === '0-65535') return '*';
    return range && range[1] === range[2] ? (range[1] ?? part) : part;
  });
  return [...new Set(short)].join(', ');
}

/** In the order in which they are tried, inbound first. */
function byTurn(
  one: { readonly direction: string; readonly priority: number },
  other: { readonly direction: string; readonly priority: number },
): number {
  return one.direction.localeCompare(other.direction) || one.priority - other.priority;
}
