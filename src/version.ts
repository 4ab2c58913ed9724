import manifest from '../package.json' with { type: 'json' };

/** Put in by the build; in a checkout there is no such name. */
declare const HOPCHECK_REVISION: string | undefined;

export type Product = {
  readonly name: string;
  readonly version: string;
  /** The commit that it was built from, where the build knew it. */
  readonly revision?: string;
  /** Node's version. */
  readonly node: string;
};

const revision = typeof HOPCHECK_REVISION === 'string' ? HOPCHECK_REVISION : undefined;

export const product: Product = {
  name: manifest.name,
  version: manifest.version,
  ...(revision && { revision }),
  node: process.versions.node,
};
