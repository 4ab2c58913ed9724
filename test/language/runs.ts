/** How many generated inputs each property is tried with; `npm run soak` asks for more. */
export const runs = process.env.SOAK === undefined ? 10_000 : 1_000_000;

/** Milliseconds a property may take at that count. */
export const patience = Math.max(60_000, runs);
