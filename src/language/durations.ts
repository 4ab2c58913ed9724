const unitMs: Readonly<Record<string, number>> = {
  s: 1000,
  sec: 1000,
  secs: 1000,
  second: 1000,
  seconds: 1000,
  秒: 1000,
  秒钟: 1000,
  m: 60_000,
  min: 60_000,
  mins: 60_000,
  minute: 60_000,
  minutes: 60_000,
  分: 60_000,
  分钟: 60_000,
  h: 3_600_000,
  hr: 3_600_000,
  hrs: 3_600_000,
  hour: 3_600_000,
  hours: 3_600_000,
  小时: 3_600_000,
  个小时: 3_600_000,
  d: 86_400_000,
  day: 86_400_000,
  days: 86_400_000,
  天: 86_400_000,
  日: 86_400_000,
};

const unitOf = (text: string | undefined): number | undefined => {
  const lower = (text ?? '').toLowerCase();
  return Object.hasOwn(unitMs, lower) ? unitMs[lower] : undefined;
};

/** A span of time at the beginning of some words (`5m`, `1h30m`, `5 minutes`, `hour`), in milliseconds, and how many words it took. */
export function readDuration(words: readonly string[]): { readonly ms: number; readonly took: number } | undefined {
  const first = words[0] ?? '';
  const alone = unitOf(first);
  if (alone !== undefined) return first.length > 1 || /\P{ASCII}/u.test(first) ? { ms: alone, took: 1 } : undefined;
  if (/^\d{1,5}$/.test(first)) {
    const unit = unitOf(words[1]);
    return unit === undefined || Number(first) === 0 ? undefined : { ms: Number(first) * unit, took: 2 };
  }
  const glued = /^(?:(\d{1,5})d)?(?:(\d{1,5})h)?(?:(\d{1,5})m(?:in)?)?(?:(\d{1,5})s)?$/i.exec(first);
  if (!glued) return undefined;
  const [days = 0, hours = 0, minutes = 0, seconds = 0] = glued.slice(1).map((part) => Number(part ?? 0));
  const ms = (((days * 24 + hours) * 60 + minutes) * 60 + seconds) * 1000;
  return ms > 0 ? { ms, took: 1 } : undefined;
}

/** A span of time as it is typed, e.g. `1h30m`; whole seconds. */
export function printDuration(ms: number): string {
  let seconds = Math.round(ms / 1000);
  let text = '';
  for (const [unit, size] of [
    ['d', 86_400],
    ['h', 3600],
    ['m', 60],
    ['s', 1],
  ] as const) {
    const count = Math.floor(seconds / size);
    if (count > 0) text += `${count}${unit}`;
    seconds -= count * size;
  }
  return text;
}
