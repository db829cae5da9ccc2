/** How an answer is spoilt. */
export type Spoiling =
  /** 429; `retryAfter` is the header: seconds, or a moment that is written as an HTTP date; none without it. */
  | { readonly kind: 'rate limit'; readonly retryAfter?: number | Date }
  /** A status of 400 or more with Topo's error body. */
  | { readonly kind: 'status'; readonly status: number }
  /** A page of htmlPage, as a gateway sends it; status 502 unless another is given. */
  | { readonly kind: 'html'; readonly status?: number }
  /** The connection ends without an answer. */
  | { readonly kind: 'cut' }
  /** The usual answer, `delayMs` later. */
  | { readonly kind: 'delay'; readonly delayMs: number };

/** What goes wrong, for how many requests, and for which. */
export type Fault = Spoiling & {
  /** The number of requests; `Infinity` until it is lifted. Default 1. */
  readonly times?: number;
  /** Only requests of this method, in any case. */
  readonly method?: string;
  /** Only requests whose path, from `/v1` on, is this text or matches this expression. */
  readonly path?: string | RegExp;
  /** Whether the request is carried out first, so that only its answer is lost. Default `false`. */
  readonly afterwards?: boolean;
};

type Armed = { readonly fault: Fault; remaining: number };

const matches = ({ method, path }: Fault, request: { method: string; path: string }): boolean => {
  if (method !== undefined && method.toUpperCase() !== request.method) return false;
  if (path === undefined) return true;
  return typeof path === 'string' ? path === request.path : new RegExp(path).test(request.path);
};

/** The faults that wait for their requests. A request meets at most one: the oldest that matches. */
export class FaultQueue {
  #armed: Armed[] = [];

  /** Answers the function that lifts the fault before it is used up. */
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

  /** Uses up one of the requests of the oldest fault that matches. */
  take(request: { method: string; path: string }): Fault | undefined {
    const armed = this.#armed.find(({ fault }) => matches(fault, request));
    if (armed === undefined) return undefined;
    armed.remaining -= 1;
    if (armed.remaining <= 0) this.#armed = this.#armed.filter((other) => other !== armed);
    return armed.fault;
  }
}
