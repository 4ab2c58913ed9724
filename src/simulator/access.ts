import type { Principal } from './network/topology.ts';

/** `Microsoft.Network/*` and the like against one action; `*` stands for any run of characters. */
function covers(pattern: string, action: string): boolean {
  const shape = pattern
    .toLowerCase()
    .split('*')
    .map((part) => part.replace(/[.+?^${}()|[\]\\]/g, '\\$&'));
  return new RegExp(`^${shape.join('.*')}$`).test(action.toLowerCase());
}

/** Grants add up; a grant's notActions take away from that grant alone. */
export function isAllowed(principal: Principal, action: string, scope: string): boolean {
  const wanted = `${scope.toLowerCase()}/`;
  return principal.grants.some(
    (grant) =>
      wanted.startsWith(`${grant.scope}/`) &&
      grant.actions.some((pattern) => covers(pattern, action)) &&
      !grant.notActions.some((pattern) => covers(pattern, action)),
  );
}

/** The resource (or scope) that a path acts on: without the action at its end. */
export function scopeOf(path: string): string {
  const parts = path.split('/').filter((part) => part !== '');
  const provider = parts.map((part) => part.toLowerCase()).lastIndexOf('providers');
  if (provider === -1) return `/${parts.join('/')}`;
  const after = parts.length - provider - 2;
  if (after <= 1) return `/${parts.slice(0, provider).join('/')}`;
  return `/${parts.slice(0, provider + 2 + after - (after % 2)).join('/')}`;
}
