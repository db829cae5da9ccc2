import type * as z from 'zod';

/** What a route answers with a status. Without a shape it has no body. */
export type Answer = { description: string; shape?: z.ZodType; mediaType?: string; example?: unknown };

/** What a route takes: JSON of a shape, and for some CSV too. */
export type Body = { shape: z.ZodType; isOptional?: boolean; example?: unknown; csvExample?: string };

/** Who may call a route. `tasks:read` and `tasks:write` are scopes of a Topo key. */
export type Access =
  | { kind: 'anybody' }
  | { kind: 'key'; scopes: readonly ('tasks:read' | 'tasks:write')[] }
  | { kind: 'key or secret'; scopes: readonly ['tasks:read'] }
  | { kind: 'metrics token' };

/** A route, as its callers need to know it. */
export type Operation = {
  id: string;
  method: 'get' | 'post' | 'put' | 'patch' | 'delete';
  /** With its parameters in braces, such as `/hooks/{hook_id}`. */
  path: string;
  tag: 'Hooks' | 'Deliveries' | 'Events' | 'Tasks' | 'People' | 'Reassignments' | 'Wake-ups' | 'Server';
  summary: string;
  description?: string;
  access: Access;
  /** Each field of the object is a parameter. */
  query?: z.ZodObject;
  /** What each parameter of the query says, by its name. */
  parameters?: Readonly<Record<string, string>>;
  body?: Body;
  answers: Readonly<Record<number, Answer>>;
  /** Which errors come besides those that every route may answer. */
  errors?: Readonly<Record<number, string>>;
};
