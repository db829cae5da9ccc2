import { drawOne, drawUuid, type Random } from '../random.ts';
import type { Instant } from '../timestamp.ts';
import type { Contact, Sequence, SequenceTemplate } from '../workspace/workspace.ts';

export type SequenceSource = {
  readonly random: Random;
  readonly count: number;
  readonly contacts: readonly Contact[];
  readonly templates: readonly SequenceTemplate[];
  /** Every run began before this moment. */
  readonly start: Instant;
};

const secondUs = 1_000_000;

/** The contact of one run in so many was deleted. */
const deletedShare = 40;

/** Makes up runs, each of another contact as long as there are contacts enough; their contacts lie far apart. */
export const createSequences = ({ random, count, contacts, templates, start }: SequenceSource): Sequence[] => {
  const stride = Math.max(1, Math.floor(contacts.length / count));
  return Array.from({ length: count }, (_, position): Sequence => {
    const contact = contacts[(position * stride) % contacts.length];
    const isDeleted = position % deletedShare === deletedShare - 1;
    const template = drawOne(random, templates);
    const createdAt = start - (count - position) * secondUs;
    return {
      id: drawUuid(random),
      contactId: isDeleted ? null : (contact?.id ?? null),
      templateId: template.id,
      status: 'ACTIVE',
      createdAt,
      updatedAt: createdAt,
    };
  });
};
