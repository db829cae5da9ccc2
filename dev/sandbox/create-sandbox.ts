import { faker } from '@faker-js/faker/locale/en';
import { type Assumptions, defaultAssumptions } from './assumptions.ts';
import { type Fault, FaultQueue } from './fault.ts';
import { createApp, type RequestRecord } from './http/create-app.ts';
import { Journal } from './journal.ts';
import { type Address, type Listening, listen } from './listen.ts';
import { createRandom, drawUuid } from './random.ts';
import { chooseRoutes } from './routes/routes.ts';
import { createWorkspace } from './seed/create-workspace.ts';
import { createNow, type Instant, instantOf, type TimestampDigits } from './timestamp.ts';
import type { AssigneeChange, ReassignmentScope } from './workspace/assignee-change.ts';
import { showWorkspace, type WorkspaceView } from './workspace/show-workspace.ts';
import { createSimulatedCampaigns, type SimulatedCampaigns } from './workspace/simulated-campaigns.ts';
import { createSimulatedUser, type NewTask } from './workspace/simulated-user.ts';
import type { Disposition, Task } from './workspace/task.ts';
import type { Workspace } from './workspace/workspace.ts';

/** The same seed and the same clock make the same workspaces. */
export type SandboxOptions = {
  /** Default 1. */
  readonly seed?: number;
  /** The clock of timestamps and of the `Date` header. Default: the computer's. */
  readonly clock?: () => Date;
  /** What Topo's documentation leaves open; see `Assumptions` for the defaults. */
  readonly assumptions?: Partial<Assumptions>;
  /** How many tasks the first workspace starts with. Default 300; a million take a few seconds. */
  readonly taskCount?: number;
  /** How many members the first workspace has, of whom the last has no task. Default 6. */
  readonly peopleCount?: number;
  /** How many contacts the first workspace has. Default: one for each sequence run, at most 500. */
  readonly contactCount?: number;
  /** How long every answer takes, besides what faults do. Default 0. */
  readonly latencyMs?: number;
};

/** A local Topo, with what a test needs to control and observe it. */
export type Sandbox = SimulatedCampaigns & {
  /** Two workspaces that share nothing. */
  readonly workspaces: readonly [WorkspaceView, WorkspaceView];
  /** Every request that was answered, oldest first. */
  readonly requests: Journal<RequestRecord>;
  /** Every change of a task's assignee, oldest first. */
  readonly changes: Journal<AssigneeChange>;
  /** Starts listening. After `close` it may be called again, with the same port if wanted. */
  listen(address?: Address): Promise<Listening>;
  /** Makes coming requests fail; returns the function that removes the fault. */
  injectFault(fault: Fault): () => void;
  clearFaults(): void;
  /**
   * Makes routes return these values in place of a task's own; `undefined` leaves a field out. Returns the function that
   * ends this.
   */
  malform(taskId: string, fields: Readonly<Record<string, unknown>>): () => void;
  /** The task as the API returns it, or `undefined`. */
  task(taskId: string): Task | undefined;
  /** Reassigns a task, or unassigns it with `null`, as a person in Topo does: no rule of the API applies. */
  reassign(taskId: string, userId: string | null, scope?: ReassignmentScope): Task;
  /** Creates a task with made-up values for what is left out. `organization_id` selects the workspace, by default the first. */
  createTask(task?: NewTask): Task;
  /** Completes a task; `disposition` says what a call came to, and is otherwise null. */
  completeTask(taskId: string, disposition?: Disposition | null): Task;
  reopenTask(taskId: string): Task;
  deleteTask(taskId: string): void;
  /** From now on the key gets 401. */
  revokeKey(token: string): void;
};

type SeedOptions = {
  readonly seed: number;
  readonly taskCount: number;
  readonly peopleCount: number;
  readonly contactCount: number | undefined;
  readonly present: Instant;
  readonly timestampDigits: TimestampDigits;
};

const createContents = ({ seed, present, timestampDigits, ...counts }: SeedOptions) => {
  const common = { faker, random: createRandom(seed), present, timestampDigits };
  // The whole process shares this generator, but nobody else can use it before both workspaces are made.
  faker.seed(seed);
  return [
    createWorkspace({
      ...common,
      name: 'Northwind',
      domain: 'northwind.example',
      keyPrefix: 'topo_sandbox_northwind',
      ...counts,
      templateNames: ['Founders in Europe', 'Heads of Sales', 'Trial Follow-up', 'Conference Leads'],
    }),
    createWorkspace({
      ...common,
      name: 'Contoso',
      domain: 'contoso.example',
      keyPrefix: 'topo_sandbox_contoso',
      peopleCount: 3,
      taskCount: 12,
      contactCount: undefined,
      templateNames: ['Agencies', 'Partners'],
    }),
  ] as const;
};

/** Creates a sandbox; it listens once `listen` is called. */
export const createSandbox = (options: SandboxOptions = {}): Sandbox => {
  const { seed = 1, taskCount = 300, peopleCount = 6, contactCount, latencyMs = 0, clock = () => new Date() } = options;
  const assumptions: Assumptions = { ...defaultAssumptions, ...options.assumptions };
  const { timestampDigits } = assumptions;
  const now = createNow(clock, timestampDigits);
  const changes = new Journal<AssigneeChange>();
  const requests = new Journal<RequestRecord>();
  const faults = new FaultQueue();
  const malformed = new Map<string, Readonly<Record<string, unknown>>>();
  const random = createRandom(seed + 1);
  const requestIds = createRandom(seed + 2);

  const [first, second] = createContents({
    seed,
    taskCount,
    peopleCount,
    contactCount,
    present: instantOf(clock()),
    timestampDigits,
  });
  const complete = (content: typeof first): Workspace => ({ ...content, assumptions, now, random, changes, malformed });
  const workspaces = [complete(first), complete(second)] as const;
  const user = createSimulatedUser(workspaces);
  const campaigns = createSimulatedCampaigns(workspaces);
  const app = createApp({
    workspaces,
    user,
    routes: chooseRoutes(assumptions),
    faults,
    requests,
    clock,
    latencyMs,
    drawRequestId: () => drawUuid(requestIds),
  });

  return {
    workspaces: [showWorkspace(workspaces[0]), showWorkspace(workspaces[1])],
    requests,
    changes,
    listen: (address) => listen(app, address),
    injectFault: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    malform(taskId, fields) {
      malformed.set(taskId, fields);
      return () => malformed.delete(taskId);
    },
    ...user,
    ...campaigns,
  };
};
