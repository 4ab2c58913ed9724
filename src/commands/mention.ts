import type { Requester } from '../core/chat.ts';
import { clip } from './card-parts.ts';

/**
 * A person's name as a mention shows it: in the card's text and in its entity it has to be the same to the letter, so nothing stays
 * in it that either place would escape. Undefined where nothing is left.
 */
export function mentionName({ name = '' }: Pick<Requester, 'name'>): string | undefined {
  const plain = name
    .replace(/[^\p{L}\p{M}\p{N} .,'’()-]/gu, ' ')
    .replace(/\s+/g, ' ')
    .trim();
  return clip(plain, 64) || undefined;
}
