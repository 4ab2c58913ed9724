export type Send = 'create' | 'update' | 'delete';

/** What goes wrong with a send of the bot. */
export type Fault = {
  readonly answer:
    | { readonly kind: 'status'; readonly status: number; readonly retryAfterS?: number }
    /** The request is taken and never answered. */
    | { readonly kind: 'silence' }
    /** The connection is cut. */
    | { readonly kind: 'reset' };
  /** How many sends it meets; 1 unless said. */
  readonly times?: number;
  /** Which sends it meets; every kind unless said. */
  readonly on?: Send;
  /** True: the send takes effect all the same and only its answer is lost, as when a gateway gives up too early. */
  readonly kept?: boolean;
};

/** Faults in the order they were planted; each send takes the first that fits. */
export function createFaults(): { plant(fault: Fault): void; take(send: Send): Fault | undefined; clear(): void } {
  let planted: { readonly fault: Fault; readonly left: number }[] = [];
  return {
    plant: (fault) => {
      planted.push({ fault, left: fault.times ?? 1 });
    },
    take: (send) => {
      const hit = planted.find(({ fault }) => fault.on === undefined || fault.on === send);
      if (hit === undefined) return undefined;
      planted = planted.flatMap((one) => {
        if (one !== hit) return [one];
        return one.left > 1 ? [{ fault: one.fault, left: one.left - 1 }] : [];
      });
      return hit.fault;
    },
    clear: () => {
      planted = [];
    },
  };
}
