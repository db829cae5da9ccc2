import type { Store } from '../../webhook-server/store/store.ts';
import type { Scan, SeenTask, WorkStore } from '../../webhook-server/store/work-store.ts';
import { addHook } from './hooks-in-store.ts';
import { people } from './reassign-all.ts';

/** Records pages of the detector in which tasks have changed their person. */
export type Pages = {
  /** Records page number `page`, which finds so many tasks reassigned; workspaces take turns. */
  record(page: number, changes: number, recordPage: WorkStore['recordPage']): Promise<void>;
};

const leaseMs = 60_000;
/** Makes a task as long as Topo's. */
const note = 'x'.repeat(900);

/** No two tasks share a sequence run, so none waits for another. */
const idOf = (workspace: number, task: number): string =>
  `${workspace.toString(16).padStart(8, '0')}-0000-4000-8000-${task.toString(16).padStart(12, '0')}`;

type Moment = { page: number; assigneeId: string; atMs: number };

const taskAt = (id: string, { page, assigneeId, atMs }: Moment): SeenTask => ({
  task: {
    id,
    type: 'CALL',
    priority: 'HOT',
    sequence_id: id,
    assignee_user_id: assigneeId,
    updated_at: new Date(atMs).toISOString(),
    // Read by the receiver: see `receiver-main.ts`.
    page,
    note,
  },
  assigneeId,
  isOpen: true,
  createdAtUs: 1,
  updatedAtUs: atMs * 1000,
});

const scanAt = (id: string, kind: Scan['kind'], startedAtMs: number): Scan => ({
  id,
  kind,
  isSilent: false,
  startedAtMs,
  topUs: null,
  floorUs: null,
  rowsRead: 0,
  totalRows: 0,
  cursor: null,
});

/** A workspace holds so many tasks, and reassigns them in turn. */
const tasksOfWorkspace = 40;

/** Adds workspaces with one hook each, all of whose tasks have been read once. */
export const createPages = async (
  store: Store,
  workspaces: number,
  targetOf: (workspace: number) => string,
): Promise<Pages> => {
  const organizationOf = (workspace: number): string => `latency-${workspace}`;
  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    await addHook(store, `hok_latency_${workspace}`, targetOf(workspace), organizationOf(workspace));
  }
  const claims = await store.work.claimPolls({ limit: workspaces, leaseMs });
  const leases = new Map(claims.map(({ organizationId, lease }) => [organizationId, lease]));
  const leaseOf = (organizationId: string): string => leases.get(organizationId) ?? '';
  const turns = new Map<string, number>();

  const recordTasks = async (
    recordPage: WorkStore['recordPage'],
    organizationId: string,
    scan: Scan,
    rows: SeenTask[],
  ): Promise<void> => {
    const page = { organizationId, lease: leaseOf(organizationId), rows, scan, end: { watermark: null } };
    const { kind } = await recordPage(page, { leaseMs });
    if (kind !== 'recorded') throw new Error(`A page was not recorded: ${kind}.`);
  };

  for (let workspace = 0; workspace < workspaces; workspace += 1) {
    const moment = { page: -1, assigneeId: people[1], atMs: Date.now() };
    const rows = Array.from({ length: tasksOfWorkspace }, (_, task) => taskAt(idOf(workspace, task), moment));
    await recordTasks(
      store.work.recordPage,
      organizationOf(workspace),
      scanAt(`first-${workspace}`, 'baseline', Date.now()),
      rows,
    );
  }

  return {
    async record(page, changes, recordPage) {
      const workspace = page % workspaces;
      const organizationId = organizationOf(workspace);
      const turn = turns.get(organizationId) ?? 0;
      turns.set(organizationId, turn + changes);
      const atMs = Date.now();
      const rows = Array.from({ length: changes }, (_, index) => {
        const round = Math.floor((turn + index) / tasksOfWorkspace);
        const moment = { page, assigneeId: people[round % 2] ?? people[0], atMs };
        return taskAt(idOf(workspace, (turn + index) % tasksOfWorkspace), moment);
      });
      await recordTasks(recordPage, organizationId, scanAt(`page-${page}-${atMs}`, 'incremental', atMs), rows);
    },
  };
};
