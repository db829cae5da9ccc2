/** Waits so many milliseconds; rejects as soon as the signal, if there is one, is aborted. */
export type Wait = (ms: number, signal?: AbortSignal) => Promise<void>;
