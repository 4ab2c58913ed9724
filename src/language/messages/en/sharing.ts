export const sharing = {
  'card.joined.by': 'joined the check that {name} started {ago} before',
  'card.joined.colleague': 'joined the check that a colleague started {ago} before',
  'card.offered.by': 'this answer was given to {name} {ago} before; “Run again” asks anew',
  'card.offered.colleague': 'this answer was given to a colleague {ago} before; “Run again” asks anew',
} as const;
