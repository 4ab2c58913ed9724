import type { cards as en } from '../en/cards.ts';

export const cards: Readonly<Record<keyof typeof en, string>> = {};
