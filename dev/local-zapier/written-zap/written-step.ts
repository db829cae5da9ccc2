/** What an earlier step gave, picked from the list of the editor, such as `1. Owner Email`. */
export type Mapped = { step: number; label: string };

/** What somebody put into a field: words, and what earlier steps gave, side by side. Nothing is an empty list. */
export type Filled = readonly (string | Mapped)[];

/** A step as somebody set it up, in the words of the editor. The trigger is number 1. */
export type WrittenStep = {
  number: number;
  app: string;
  event: string;
  fields: readonly { label: string; filled: Filled }[];
};

/** For errors, and the name by which others play a step of another app: `Slack: Send Direct Message`. */
export const nameOf = ({ app, event }: Pick<WrittenStep, 'app' | 'event'>): string => `${app}: ${event}`;
