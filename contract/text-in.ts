/** The text in a field that may hold anything; null where it holds none. */
export const textIn = (value: unknown): string | null => (typeof value === 'string' ? value : null);
