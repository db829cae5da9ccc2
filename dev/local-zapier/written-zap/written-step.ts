/** A value of an earlier step, picked in the editor, such as `1. Owner Email`. */
export type Mapped = { step: number; label: string };

/** The content of a field: text and mapped values, side by side. An empty list is an empty field. */
export type Filled = readonly (string | Mapped)[];

/** A step as it is set up in the editor, by the labels shown there. The trigger is number 1. */
export type WrittenStep = {
  number: number;
  app: string;
  event: string;
  fields: readonly { label: string; filled: Filled }[];
};

/** Such as `Slack: Send Direct Message`: names a step in errors, and selects the stand-in for a step of another app. */
export const nameOf = ({ app, event }: Pick<WrittenStep, 'app' | 'event'>): string => `${app}: ${event}`;
