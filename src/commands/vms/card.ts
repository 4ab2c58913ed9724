import type { Locale, Reply } from '../../core/chat.ts';
import { addressesOf, type Machine } from '../../core/check.ts';
import { isMessageKey, say } from '../../language/say.ts';
import { badge, button, type CardIds, clip } from '../card-parts.ts';
import { fitCard } from '../fit-card.ts';

/**
 * One page of a stored list of machines. The page buttons' verbs are `page-1`, `page-2`, …; 10 machines a page always fit, of
 * more than fit the last are left out and counted.
 */
export function vmsReply(
  input: CardIds & {
    readonly locale: Locale;
    readonly simulated: boolean;
    /** Those of this page. */
    readonly machines: readonly Machine[];
    /** Power states by resource id, as far as they are known: `running`, `deallocated` … */
    readonly powers?: Readonly<Record<string, string>>;
    readonly total: number;
    readonly filter?: string;
    /** How many the stored list holds, where that is not all. */
    readonly kept?: number;
    /** From 1. */
    readonly page: number;
    readonly pages: number;
  },
): Reply {
  const { locale, machines, total, page, pages } = input;
  const filter = input.filter && clip(input.filter, 60);
  const title = filter
    ? say(locale, 'card.vms.titleFilter', { count: total, filter })
    : say(locale, 'card.vms.title', { count: total });
  const severalSubscriptions = new Set(machines.map((machine) => machine.subscriptionId)).size > 1;
  const word = clip(machines[0]?.name.replace(/[\d-].*$/, '') || 'db', 30);
  const data = fitCard(
    [machines.length, 20, 10, 5],
    (most) => ({
      lang: locale,
      summary: title,
      title,
      simulated: badge(input.simulated, locale),
      machines: machines.slice(0, most).map((machine) => ({
        name: clip(machine.name, 64),
        address: clip(addressesOf(machine)[0] ?? '', 64),
        place: [
          machine.group,
          machine.region,
          ...(severalSubscriptions ? [machine.subscriptionId] : []),
          ...powerText(input.powers?.[machine.resourceId], locale),
        ]
          .map((part) => clip(part, 60))
          .join(' · '),
      })),
      notes: [
        ...(input.kept === undefined ? [] : [say(locale, 'card.vms.kept', { count: input.kept })]),
        ...(machines.length > most ? [say(locale, 'card.vms.hidden', { count: machines.length - most })] : []),
        ...(pages > 1 ? [say(locale, 'card.vms.page', { page, pages }), say(locale, 'card.vms.hint', { word })] : []),
      ].map((text) => ({ text })),
      buttons: [
        ...(page > 1 ? [button(`page-${page - 1}`, say(locale, 'card.button.previous'), input)] : []),
        ...(page < pages ? [button(`page-${page + 1}`, say(locale, 'card.button.next'), input)] : []),
      ],
    }),
    { frame: 1_500, item: 150, rows: { key: 'machines', bytes: 600 } },
  );
  return { card: 'vms', summary: title, data };
}

function powerText(power: string | undefined, locale: Locale): string[] {
  if (power === undefined || power === 'unknown') return [];
  const key = power === 'running' ? 'card.vms.running' : `diagnosis.state.${power}`;
  return [isMessageKey(key) ? say(locale, key) : power];
}
