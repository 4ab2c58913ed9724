import { z } from 'zod';

export type Package = { readonly name: string; readonly version: string; readonly licence: string };

/** Licences under which a package may be shipped with hopcheck, which is MIT itself. */
const agreed = new Set([
  '0BSD',
  'Apache-2.0',
  'BSD-2-Clause',
  'BSD-3-Clause',
  'BlueOak-1.0.0',
  'CC0-1.0',
  'ISC',
  'MIT',
  'Unlicense',
]);

/** Packages whose `package.json` names no licence, each looked at by hand: one says it in its readme, one has the MIT text. */
const lookedAt = new Map([
  ['escape-regexp-component', 'MIT'],
  ['jspath', 'MIT'],
]);

const Named = z.looseObject({
  name: z.string().optional(),
  license: z.union([z.string(), z.looseObject({ type: z.string() })]).optional(),
  licenses: z.array(z.looseObject({ type: z.string() })).optional(),
});

/** The licence that a `package.json` names, in the present field or in the older ones; `unknown` where it names none. */
export function licenceOf(packageFile: unknown): string {
  const { name = '', license, licenses } = Named.parse(packageFile);
  if (typeof license === 'string') return license;
  if (license) return license.type;
  if (licenses?.length) return licenses.map(({ type }) => type).join(' OR ');
  return lookedAt.get(name) ?? 'unknown';
}

export function problemsOf(packages: readonly Package[]): readonly string[] {
  return packages
    .filter(({ licence }) => !isAgreed(licence))
    .map(({ name, version, licence }) => `${name}@${version} is under "${licence}", which is not on the agreed list.`);
}

/** Of alternatives one is enough; of licences that hold together each is needed. */
function isAgreed(expression: string): boolean {
  const bare = expression.replace(/^\((.*)\)$/, '$1');
  if (bare.includes('(')) return false;
  return bare.split(' OR ').some((option) => option.split(' AND ').every((licence) => agreed.has(licence.trim())));
}
