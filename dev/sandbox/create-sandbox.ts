import { faker } from '@faker-js/faker/locale/en';
import { defaultHabits, type Habits } from './assumptions.ts';
import { type Fault, FaultQueue } from './fault.ts';
import { createApp, type RequestRecord } from './http/create-app.ts';
import { createNow, type Instant, instantOf, type TimestampDigits } from './instant.ts';
import { Journal } from './journal.ts';
import { type Address, type Listening, listen } from './listen.ts';
import { createRandom, drawUuid } from './random.ts';
import { chooseRoutes } from './routes/routes.ts';
import { createWorkspace } from './seed/create-workspace.ts';
import type { AssigneeChange, ReassignmentScope } from './workspace/reassign.ts';
import { showWorkspace, type WorkspaceView } from './workspace/show-workspace.ts';
import { createColleague, type NewTask } from './workspace/simulated-user.ts';
import type { Task } from './workspace/task.ts';
import type { Workspace } from './workspace/workspace.ts';

/** What a sandbox is made with. The same seed and the same clock make the same workspaces. */
export type SandboxOptions = {
  /** Default 1. */
  readonly seed?: number;
  /** The present, for timestamps and for the `Date` header. Default: the computer's. */
  readonly clock?: () => Date;
  /** What Topo's documents leave open; see `Habits` for the defaults. */
  readonly habits?: Partial<Habits>;
  /** How many tasks the first workspace starts with. Default 300; a million take some seconds. */
  readonly taskCount?: number;
};

/** A Topo of one's own, with what a test needs to steer and to watch it. */
export type Sandbox = {
  /** Two workspaces that know nothing of each other. */
  readonly workspaces: readonly [WorkspaceView, WorkspaceView];
  /** Every request that was answered, oldest first. */
  readonly requests: Journal<RequestRecord>;
  /** Every change of a task's assignee, oldest first. */
  readonly changes: Journal<AssigneeChange>;
  /** Starts to answer; may be called again after `close`, at the same port if that is asked for. */
  listen(address?: Address): Promise<Listening>;
  /** Lets something go wrong with coming requests; answers the function that lifts it. */
  injectFault(fault: Fault): () => void;
  clearFaults(): void;
  /** The task as the API would answer it, or `undefined`. */
  task(taskId: string): Task | undefined;
  /** Gives a task to somebody, or to nobody, as a colleague does on Topo's own screens, whatever the rules. */
  reassign(taskId: string, userId: string | null, scope?: ReassignmentScope): Task;
  /** Makes a task. What is not given is made up; `organization_id` chooses the workspace, the first by default. */
  createTask(task?: NewTask): Task;
  completeTask(taskId: string): Task;
  deleteTask(taskId: string): void;
  /** Lets a key answer 401 from now on. */
  revokeKey(token: string): void;
};

type Ground = {
  readonly seed: number;
  readonly taskCount: number;
  readonly present: Instant;
  readonly timestampDigits: TimestampDigits;
};

const createContents = ({ seed, taskCount, present, timestampDigits }: Ground) => {
  const common = { faker, random: createRandom(seed), present, timestampDigits };
  // The generator is shared by the whole process, but nobody else can use it before both workspaces are made.
  faker.seed(seed);
  return [
    createWorkspace({
      ...common,
      name: 'Northwind',
      domain: 'northwind.example',
      keyPrefix: 'topo_sandbox_northwind',
      peopleCount: 6,
      taskCount,
      templateNames: ['Founders in Europe', 'Heads of Sales', 'Trial Follow-up', 'Conference Leads'],
    }),
    createWorkspace({
      ...common,
      name: 'Contoso',
      domain: 'contoso.example',
      keyPrefix: 'topo_sandbox_contoso',
      peopleCount: 3,
      taskCount: 12,
      templateNames: ['Agencies', 'Partners'],
    }),
  ] as const;
};

/** Makes a sandbox; nothing listens before `listen` is called. */
export const createSandbox = (options: SandboxOptions = {}): Sandbox => {
  const { seed = 1, taskCount = 300, clock = () => new Date() } = options;
  const habits: Habits = { ...defaultHabits, ...options.habits };
  const { timestampDigits } = habits;
  const now = createNow(clock, timestampDigits);
  const changes = new Journal<AssigneeChange>();
  const requests = new Journal<RequestRecord>();
  const faults = new FaultQueue();
  const random = createRandom(seed + 1);
  const requestIds = createRandom(seed + 2);

  const [first, second] = createContents({ seed, taskCount, present: instantOf(clock()), timestampDigits });
  const complete = (content: typeof first): Workspace => ({ ...content, habits, now, random, changes });
  const workspaces = [complete(first), complete(second)] as const;
  const colleague = createColleague(workspaces);
  const app = createApp({
    workspaces,
    routes: chooseRoutes(habits),
    faults,
    requests,
    clock,
    drawRequestId: () => drawUuid(requestIds),
  });

  return {
    workspaces: [showWorkspace(workspaces[0]), showWorkspace(workspaces[1])],
    requests,
    changes,
    listen: (address) => listen(app, address),
    injectFault: (fault) => faults.inject(fault),
    clearFaults: () => faults.clear(),
    ...colleague,
  };
};
