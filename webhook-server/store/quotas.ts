/**
 * How much one organization may keep.
 *
 * - `hooks`: live ones; ten times as many with those that have ended and are still kept.
 * - `waitingDeliveries`: while so many wait, nobody may ask for more by hand. What Topo's changes bring is never refused.
 * - `intents`: of the last day.
 * - `choices`: of the last day.
 * - `people`: in the directory, named or only seen.
 */
export type Quotas = { hooks: number; waitingDeliveries: number; intents: number; choices: number; people: number };

export const usualQuotas: Quotas = {
  hooks: 500,
  waitingDeliveries: 10_000,
  intents: 50_000,
  choices: 50_000,
  people: 20_000,
};

/** So many turns are kept, one for each person of a set; those of the sets that were used longest ago go first. */
export const mostTurns = 20_000;

/** So many ended hooks may be kept for each live one. */
export const hooksKeptPerLive = 10;

const sentences: Record<keyof Quotas, (most: number) => string> = {
  hooks: (most) =>
    `This workspace has as many hooks as it may have (${most}, or ${most * hooksKeptPerLive} with those that have ended). ` +
    'Turn off Zaps that are not needed; hooks that have ended are removed after some weeks.',
  waitingDeliveries: (most) =>
    `Too many deliveries of this workspace wait to be sent (${most} at most). Nothing more was added: ask again when some have been sent.`,
  intents: (most) =>
    `This workspace has announced as many reassignments as it may in a day (${most}). The reassignment itself is not affected.`,
  choices: (most) =>
    `This workspace has let the server choose as many people as it may in a day (${most}). Nobody was chosen.`,
  people: (most) =>
    `The directory of this workspace may hold ${most} people. Nobody was added: send only those who are assigned tasks.`,
};

/** An organization asked for more than it may keep. Nothing was stored; the message may be shown to the caller. */
export class QuotaReached extends Error {
  override readonly name = 'QuotaReached';

  constructor(quota: keyof Quotas, most: number) {
    super(sentences[quota](most));
  }
}
