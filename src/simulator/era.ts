/** How connectivityCheck's answers looked at the time of an api-version, from recordings of 2017 to 2025. */
export type Era = {
  /** `plain`: nextHopId and properties; `typed`: also `type`; `named`: linkType instead. */
  readonly links: 'none' | 'plain' | 'typed' | 'untyped' | 'named';
  /** previousHopIds and previousLinks are there. */
  readonly previous: boolean;
  /** resourceId of a hop that is no Azure resource: a word, an empty text, or absent. */
  readonly outside: 'word' | 'empty' | 'absent';
  /** Is the source named by its VM or by its NIC's configuration? */
  readonly sourceBy: 'nic' | 'vm';
  /** Is the last hop's type the next hop's type (VnetLocal) or the kind of thing it is (VirtualMachine)? */
  readonly destinationType: 'nextHop' | 'thing';
  /** Hosts of the internet appear as `Internet` or, in some months, as `Destination`. */
  readonly internetType: 'Internet' | 'Destination';
  /** `UserRule_x`, or the rule's full ARM id. */
  readonly ruleBy: 'word' | 'id';
  /** A route to None: one UserDefinedRoute, or RouteMissing with what follows from it. */
  readonly routeNone: 'userRoute' | 'missingRoute';
  readonly probes: { readonly sent: number; readonly failing: number };
  /** The target of a denied probe is reported as not listening too. */
  readonly echoesNoListener: boolean;
  /** Peering and loop have issue types of their own; before, the target was blamed. */
  readonly namesTopology: boolean;
  /** The answer ends with `errors: {}`. */
  readonly errors: boolean;
};

const of2017: Era = {
  links: 'none',
  previous: false,
  outside: 'word',
  sourceBy: 'nic',
  destinationType: 'nextHop',
  internetType: 'Internet',
  ruleBy: 'word',
  routeNone: 'userRoute',
  probes: { sent: 100, failing: 100 },
  echoesNoListener: false,
  namesTopology: false,
  errors: false,
};
const ofLate2017: Era = { ...of2017, links: 'plain', outside: 'empty' };
const of2018: Era = {
  ...ofLate2017,
  sourceBy: 'vm',
  destinationType: 'thing',
  probes: { sent: 66, failing: 30 },
  echoesNoListener: true,
};
const of2019: Era = { ...of2018, links: 'typed', previous: true, ruleBy: 'id' };
const of2020: Era = {
  ...of2019,
  links: 'named',
  outside: 'absent',
  routeNone: 'missingRoute',
  namesTopology: true,
};
const ofLate2020: Era = { ...of2020, links: 'untyped', internetType: 'Destination' };
const now: Era = { ...of2020, errors: true };

/** From the first api-version that has the shape; the bounds between recordings are assumed. */
const eras: readonly (readonly [string, Era])[] = [
  ['2017-03-01', of2017],
  ['2017-09-01', ofLate2017],
  ['2018-01-01', of2018],
  ['2018-11-01', of2019],
  ['2020-01-01', of2020],
  ['2020-08-01', ofLate2020],
  ['2020-11-01', of2020],
  ['2022-05-01', now],
];

export function eraOf(apiVersion: string): Era {
  let found = of2017;
  for (const [since, era] of eras) if (apiVersion >= since) found = era;
  return found;
}
