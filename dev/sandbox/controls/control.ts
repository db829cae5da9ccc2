import type { SimulatedUser } from '../workspace/simulated-user.ts';
import type { Task } from '../workspace/task.ts';
import type { Workspaces } from '../workspace/workspace.ts';

/** `body` is empty without one. */
export type ControlCall = {
  readonly workspaces: Workspaces;
  readonly user: SimulatedUser;
  readonly params: Readonly<Record<string, unknown>>;
  readonly body: Readonly<Record<string, unknown>>;
};

/** What a person does in Topo's own screens, as a POST that needs no key: no part of Topo's API. */
export type Control = {
  /** Below `/sandbox`, in the pattern language of Express. */
  readonly path: string;
  readonly answer: (call: ControlCall) => Task;
};
