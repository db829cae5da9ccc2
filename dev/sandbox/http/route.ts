import type { ApiKey, Scope } from '../workspace/api-key.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** An authorized request. `body` is the parsed JSON, or `undefined` without a body. */
export type Call = {
  readonly workspace: Workspace;
  readonly key: ApiKey;
  readonly params: Readonly<Record<string, unknown>>;
  readonly query: URLSearchParams;
  readonly body: unknown;
};

/** A route as data: what `answer` returns or promises is sent as JSON with 200; what it throws is an `Issue`. */
export type Route = {
  readonly method: 'get' | 'patch' | 'post' | 'delete';
  /** Below `/v1`, in the pattern language of Express. */
  readonly path: string;
  /** The scope that the key needs; `null` when any valid key will do. */
  readonly scope: Scope | null;
  readonly answer: (call: Call) => unknown;
};
