import { ArmError } from './arm-error.ts';

/** From the first to the last api-version that each namespace answers; what lies between is taken as given. */
const ranges: Readonly<Record<string, readonly [string, string]>> = {
  'microsoft.network': ['2017-03-01', '2026-12-31'],
  'microsoft.compute': ['2015-05-01-preview', '2026-12-31'],
  'microsoft.resourcegraph': ['2018-09-01-preview', '2026-12-31'],
  'microsoft.resources': ['2014-04-01', '2026-12-31'],
};

/** A few that clients ask for, named in refusals. */
const examples = '2017-03-01, 2018-11-01, 2020-05-01, 2022-01-01, 2023-09-01, 2024-05-01, 2025-01-01, 2026-01-01';

export function missingVersion(): ArmError {
  return new ArmError(
    400,
    'MissingApiVersionParameter',
    'The api-version query parameter (?api-version=) is required for all requests.',
    { headers: { 'x-ms-failure-cause': 'gateway' } },
  );
}

/** Refuses what ARM would refuse; a path without a provider belongs to Microsoft.Resources. */
export function checkVersion(path: string, version: string): void {
  const namespace = /\/providers\/([^/]+)/i.exec(path)?.[1] ?? 'Microsoft.Resources';
  const [since, until] = ranges[namespace.toLowerCase()] ?? ['2014-01-01', '2026-12-31'];
  const isDate = /^\d{4}-\d{2}-\d{2}(-[a-z]+)?$/i.test(version);
  if (isDate && version >= since && version.slice(0, 10) <= until) return;
  const type = /\/providers\/[^/]+\/([^/]+)/i.exec(path)?.[1];
  if (type === undefined || !isDate) {
    throw new ArmError(
      400,
      'InvalidApiVersionParameter',
      `The api-version '${version}' is invalid. The supported versions are '${examples}'.`,
      { headers: { 'x-ms-failure-cause': 'gateway' } },
    );
  }
  throw new ArmError(
    400,
    'NoRegisteredProviderFound',
    `No registered resource provider found for API version '${version}' for type '${type}'. The supported api-versions are '${examples}'.`,
    { headers: { 'x-ms-failure-cause': 'gateway' } },
  );
}
