import type { terminal as en } from '../en/terminal.ts';

export const terminal: Readonly<Record<keyof typeof en, string>> = {};
