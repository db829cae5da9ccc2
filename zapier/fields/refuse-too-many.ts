import { halted } from '../errors/zapier-error.ts';

/** Stops the run when a field holds more entries than it takes. */
export const refuseTooMany = (label: string, found: readonly string[], most: number): void => {
  if (found.length <= most) return;
  throw halted(`The field “${label}” takes at most ${most} entries, and it holds ${found.length}.`);
};
