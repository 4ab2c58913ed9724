/** How many generated inputs each property is tried with; `npm run soak` asks for more. */
export const runs = Number(process.env.SOAK ?? '') > 0 ? Number(process.env.SOAK) : 10_000;

/** Milliseconds a property may take at that count. */
export const patience = Math.max(60_000, runs / 5);
