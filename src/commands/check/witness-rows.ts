import type { Locale } from '../../core/chat.ts';
import type { JsonObject } from '../../core/json.ts';
import type { WitnessReport } from '../../diagnosis/verdict.ts';
import { say } from '../../language/say.ts';
import { clip, durationText } from '../card-parts.ts';

/** One row for each kind of witness: several of a kind, such as a rule check at each end, are counted together. */
export function witnessRows(reports: readonly WitnessReport[], locale: Locale): JsonObject[] {
  const names = [...new Set(reports.map((report) => report.witness))];
  return names.map((name) => {
    const own = reports.filter((report) => report.witness === name);
    const silent = own.find((report) => report.state === 'silent');
    const isPending = own.some((report) => report.state === 'pending');
    return {
      icon: `icon:${isPending ? 'waiting' : silent ? 'silent' : 'answered'}`,
      name: say(locale, `card.witness.${name}`),
      state: silent && !isPending ? silentText(silent, locale) : answeredText(own, isPending, locale),
    };
  });
}

function silentText(report: WitnessReport, locale: Locale): string {
  const code = report.code ?? 'INTERNAL';
  return report.missingAction
    ? say(locale, 'card.witness.silentAction', { code, action: clip(report.missingAction, 120) })
    : say(locale, 'card.witness.silent', { code });
}

function answeredText(own: readonly WitnessReport[], isPending: boolean, locale: Locale): string {
  const answered = own.filter((report) => report.state !== 'pending').length;
  if (isPending) {
    return own.length === 1
      ? say(locale, 'card.witness.pending')
      : say(locale, 'card.witness.pendingSome', { answered, total: own.length });
  }
  const took = Math.max(-1, ...own.map((report) => report.tookMs ?? -1));
  if (took < 0) return say(locale, 'card.witness.answeredPlain');
  return say(locale, 'card.witness.answered', { took: durationText(took, locale) });
}
