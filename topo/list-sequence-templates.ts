import * as z from 'zod';
import type { Call } from './call.ts';
import { listOf } from './list.ts';

/** The campaign that many contacts run through. Topo's newer screens call it a sequence. */
const SequenceTemplate = z.looseObject({
  id: z.string().min(1),
  name: z.string().nullish().catch(null),
  status: z.string().nullish().catch(null),
});
export type SequenceTemplate = z.infer<typeof SequenceTemplate>;

const SequenceTemplatePage = listOf(SequenceTemplate);
export type SequenceTemplatePage = z.infer<typeof SequenceTemplatePage>;

/** `page` counts from 1, `size` is 1 to 100; `name` must match exactly. */
export type SequenceTemplateQuery = { page?: number; size?: number; name?: string; status?: string };

/** `GET /v1/sequence-templates` (docs.topo.io, List Sequence Templates). Needs `sequences:read`. */
export const listSequenceTemplates = ({
  page,
  size,
  name,
  status,
}: SequenceTemplateQuery): Call<SequenceTemplatePage> => ({
  method: 'GET',
  path: 'sequence-templates',
  query: { page, size, name, status },
  needs: 'sequences:read',
  answer: SequenceTemplatePage,
});
