import type { ApiKey, Scope } from '../workspace/api-key.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A request whose key is known and may do it. `body` is what the JSON said, or `undefined` without one. */
export type Call = {
  readonly workspace: Workspace;
  readonly key: ApiKey;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** A route as data: what it answers is sent as JSON with 200; what it throws is an `Issue`. */
export type Route = {
  readonly method: 'get' | 'patch' | 'post';
  /** Below `/v1`, in the pattern language of Express. */
  readonly path: string;
  /** What the key must hold; `null` if any valid key will do. */
  readonly scope: Scope | null;
  readonly answer: (call: Call) => unknown;
};
