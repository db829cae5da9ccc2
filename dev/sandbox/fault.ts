/** How a request fails. */
export type FaultKind =
  /** 429. `retryAfter` becomes the header: seconds, or a date written as an HTTP date; without it there is no header. */
  | { readonly kind: 'rate limit'; readonly retryAfter?: number | Date }
  /** A status of 400 or more with Topo's error body. */
  | { readonly kind: 'status'; readonly status: number }
  /** An HTML page, as a gateway sends it; status 502 unless another is given. */
  | { readonly kind: 'html'; readonly status?: number }
  /** The connection ends without an answer. */
  | { readonly kind: 'cut' }
  /** The usual answer, `delayMs` later. */
  | { readonly kind: 'delay'; readonly delayMs: number };

/** A failure, for how many requests, and for which. */
export type Fault = FaultKind & {
  /** The number of requests; `Infinity` means until it is removed. Default 1. */
  readonly times?: number;
  /** Only requests of this method, in any case. */
  readonly method?: string;
  /** Only requests whose path, from `/v1` on, is this text or matches this expression. */
  readonly path?: string | RegExp;
  /** Whether the request takes effect first, so that only its answer is lost. Default `false`. */
  readonly afterwards?: boolean;
};

type Armed = { readonly fault: Fault; remaining: number };

const matches = ({ method, path }: Fault, request: { method: string; path: string }): boolean => {
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? path === request.path : new RegExp(path).test(request.path);
};

/** Faults that wait for their requests. At most one applies to a request: the oldest that matches. */
export class FaultQueue {
  #armed: Armed[] = [];

  /** Returns the function that removes the fault before it is used up. */
  inject(fault: Fault): () => void {
    const armed = { fault, remaining: fault.times ?? 1 };
    this.#armed.push(armed);
    return () => {
      this.#armed = this.#armed.filter((other) => other !== armed);
    };
  }

  clear(): void {
    this.#armed = [];
  }

  /** Returns the oldest fault that matches, and counts this request against it. */
  take(request: { method: string; path: string }): Fault | undefined {
    const armed = this.#armed.find(({ fault }) => matches(fault, request));
    if (armed === undefined) return undefined;
    armed.remaining -= 1;
    if (armed.remaining <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
    return armed.fault;
  }
}
