/** An end of its own that comes at the latest with another's. */
export type Linked = {
  readonly signal: AbortSignal;
  abort(reason: unknown): void;
  /** Lets go of the other signal, which may live far longer. */
  release(): void;
};

/**
 * In place of AbortSignal.any: what that makes is held by weak references on both sides until a collection has looked at each,
 * and thousands of checks at once make ten thousands of them.
 */
export function linkedTo(other: AbortSignal | undefined): Linked {
  const own = new AbortController();
  const stop = () => own.abort(other?.reason);
  if (other?.aborted) stop();
  else other?.addEventListener('abort', stop, { once: true });
  return {
    signal: own.signal,
    abort: (reason) => own.abort(reason),
    release: () => other?.removeEventListener('abort', stop),
  };
}
