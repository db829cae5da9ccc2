import type * as z from 'zod';
import type { Call } from './call.ts';
import { Sequence } from './get-sequence.ts';
import { listOf } from './list.ts';

const SequencePage = listOf(Sequence);
export type SequencePage = z.infer<typeof SequencePage>;

/** `page` counts from 1, `size` is 1 to 100. Topo has more filters, which could not be read; no order is documented. */
export type SequenceQuery = { page?: number; size?: number; status?: string };

/** `GET /v1/sequences` (docs.topo.io, List Sequences): the runs of all contacts. Needs `sequences:read`. */
export const listSequences = ({ page, size, status }: SequenceQuery): Call<SequencePage> => ({
  method: 'GET',
  path: 'sequences',
  query: { page, size, status },
  needs: 'sequences:read',
  answer: SequencePage,
});
