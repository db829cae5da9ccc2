import { halted } from '../zapier-error.ts';

/**
 * Any step's data can be mapped into any field. What comes out is trimmed, and never blank. An object is read as JSON: a
 * filter or a guard that holds something odd must not count as blank.
 */
export const textsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (value === undefined || value === null) return [];
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim();
  return text === '' ? [] : [text];
};

/** Whether there is nothing in a field. */
export const isBlank = (value: unknown): boolean => textsIn(value).length === 0;

/** Stops the run when a field holds more entries than it takes. */
export const refuseTooMany = (label: string, found: readonly string[], most: number): void => {
  if (found.length <= most) return;
  throw halted(`The field “${label}” takes at most ${most} entries, and it holds ${found.length}.`);
};
