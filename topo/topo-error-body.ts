import * as z from 'zod';

/**
 * The body of an error answer (docs.topo.io, Errors). Branch on the status, then on `type`, never on `message`; show
 * `request_id`, which Topo's support asks for. Every field may be missing: a proxy in between knows none of them.
 */
export const TopoErrorBody = z.looseObject({
  type: z.string().optional(),
  message: z.string().optional(),
  request_id: z.string().optional(),
});
export type TopoErrorBody = z.infer<typeof TopoErrorBody>;
