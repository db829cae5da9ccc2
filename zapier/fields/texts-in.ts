import { halted } from '../zapier-error.ts';

/**
 * The texts in a field, trimmed and never blank. Any data of any step can be mapped into a field; an object becomes JSON,
 * because a filter or a guard with odd data must not count as blank.
 */
export const textsIn = (value: unknown): string[] => {
  if (Array.isArray(value)) return value.flatMap(textsIn);
  if (value === undefined || value === null) return [];
  const text = (typeof value === 'object' ? JSON.stringify(value) : String(value)).trim();
  return text === '' ? [] : [text];
};

/** Whether a field is blank. */
export const isBlank = (value: unknown): boolean => textsIn(value).length === 0;

/** Stops the run when a field holds more entries than it takes. */
export const refuseTooMany = (label: string, found: readonly string[], max: number): void => {
  if (found.length <= max) return;
  throw halted(`The field “${label}” takes at most ${max} entries, and it holds ${found.length}.`);
};
