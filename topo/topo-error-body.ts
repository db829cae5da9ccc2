import * as z from 'zod';

/**
 * The body of an error response (docs.topo.io, Errors). Branch on the status, then on `type`, never on `message`; show
 * `request_id`, which Topo's support asks for. Every field may be missing, for example when a proxy responds.
 */
export const TopoErrorBody = z.looseObject({
  type: z.string().optional(),
  message: z.string().optional(),
  request_id: z.string().optional(),
});
export type TopoErrorBody = z.infer<typeof TopoErrorBody>;
