/**
 * What is found in a database that is looked at and left as it is.
 *
 * - `new`: nothing is in it, or there is none.
 * - `in use`: another process holds the file, as a running server does.
 * - `unusable`: a server could not use it; `reason` is a sentence that says what to do.
 * - `found`: `schema` is the number of its tables' version, `known` that of this program. `keyCheck` is sealed with its key.
 */
export type Inspection =
  | { kind: 'new' }
  | { kind: 'in use' }
  | { kind: 'unusable'; reason: string }
  | { kind: 'found'; schema: number; known: number; keyCheck: string | undefined };
