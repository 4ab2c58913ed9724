/** An end of its own that comes at the latest with another's. */
export type Linked = {
  readonly signal: AbortSignal;
  abort(reason?: unknown): void;
  /** Lets go of the other signal, which may live far longer. */
  release(): void;
};

/** As much of a signal as an end is linked to: an AbortSignal, or an SDK's own that does not say why. */
type Signal = {
  readonly aborted: boolean;
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options: { readonly once: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
};

/**
 * In place of AbortSignal.any: what that makes is held by weak references on both sides until a collection has looked at each,
 * and thousands of checks at once make ten thousands of them.
 */
export function linkedTo(other: Signal | undefined): Linked {
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
