import type { z } from 'zod';
import { ArmError } from '../arm-error.ts';
import type { Json } from '../exchange.ts';

/** Reads a request's body by its shape; a wrong one is refused with the names of the wrong fields. Unknown fields pass. */
export function readBody<T extends z.ZodType>(shape: T, body: Json | undefined): z.output<T> {
  const parsed = shape.safeParse(body ?? {});
  if (parsed.success) return parsed.data;
  const details = parsed.error.issues.map((issue) => ({
    code: 'InvalidJson',
    message: `${issue.path.join('.') || 'body'}: ${issue.message}`,
  }));
  throw new ArmError(400, 'InvalidRequestFormat', 'Cannot parse the request.', { details });
}
