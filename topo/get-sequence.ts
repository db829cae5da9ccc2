import * as z from 'zod';
import type { Call } from './call.ts';

/** One contact's run of a sequence template. A template of another form than documented is no answer. */
export const Sequence = z.looseObject({
  id: z.string().min(1),
  contact_id: z.string().nullish().catch(null),
  sequence_template_id: z.string().nullish(),
  status: z.string().nullish().catch(null),
});
export type Sequence = z.infer<typeof Sequence>;

/** `GET /v1/sequences/{sequence_id}`: the path is inferred, so expect a 404. Needs `sequences:read`. */
export const getSequence = (sequenceId: string): Call<Sequence> => ({
  method: 'GET',
  path: `sequences/${encodeURIComponent(sequenceId)}`,
  needs: 'sequences:read',
  answer: Sequence,
});
