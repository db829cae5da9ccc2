import * as z from 'zod';
import type { Call } from './call.ts';

/** What Topo says about an API key (docs.topo.io, `GET /v1/me`). `id` is the key's, `organization_id` the workspace's. */
export const Me = z.looseObject({
  id: z.string().optional().catch(undefined),
  organization_id: z.string().min(1),
  name: z.string().nullish().catch(null),
  key_prefix: z.string().nullish().catch(null),
  scopes: z.array(z.string()),
});
export type Me = z.infer<typeof Me>;

/** `GET /v1/me`: needs a valid key and no scope. */
export const me = (): Call<Me> => ({ method: 'GET', path: 'me', answer: Me });
