/** The cast of the local chat. People are roles, ids are fixed, and none of them is an authorization: here the caller chooses. */

export type PersonId = 'on-call' | 'network-team';

export type Person = {
  readonly id: PersonId;
  readonly name: string;
  /** The Teams user id, unique per bot. */
  readonly userId: string;
  /** The Entra object id. */
  readonly objectId: string;
};

export const people: readonly Person[] = [
  { id: 'on-call', name: 'On-call', userId: '29:local-on-call', objectId: '00000000-0000-4000-8000-000000000001' },
  {
    id: 'network-team',
    name: 'Network team',
    userId: '29:local-network-team',
    objectId: '00000000-0000-4000-8000-000000000002',
  },
];

export const bot = { id: '28:local-hopcheck', name: 'hopcheck' } as const;
export const tenantId = '00000000-0000-4000-8000-00000000000a';

export const team = {
  id: '19:local-operations@thread.tacv2',
  name: 'Operations',
  aadGroupId: '00000000-0000-4000-8000-00000000000b',
} as const;

export const channel = { id: '19:local-network@thread.tacv2', name: 'network' } as const;

export function findPerson(id: PersonId): Person {
  const person = people.find((one) => one.id === id);
  if (person === undefined) throw new Error(`nobody here is called "${id}"`);
  return person;
}

export const personalConversationId = (id: PersonId): string => `a:local-${id}`;
