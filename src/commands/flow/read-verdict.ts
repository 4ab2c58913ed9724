import { z } from 'zod';
import { type Reading, read, refuse } from '../../core/errors.ts';
import type { Json } from '../../core/json.ts';

const Verdict = z.object({ access: z.string().min(1), ruleName: z.string().nullish() });

/** ipFlowVerify's body. An empty rule name means that no group filters there. */
export function readVerdict(body: Json): Reading<{ readonly access: string; readonly reportedAs?: string }> {
  const verdict = Verdict.safeParse(body);
  if (!verdict.success) return refuse('AZURE_MALFORMED', { message: 'an answer without access' });
  const { access, ruleName } = verdict.data;
  return read({ access, ...(ruleName && { reportedAs: ruleName }) });
}
