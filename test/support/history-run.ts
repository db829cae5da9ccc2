import type { TaskEvent } from '../../contract/event.ts';
import type { ListedTask } from '../../contract/task-list.ts';
import { isOpen } from '../../topo/is-open.ts';
import { microseconds } from '../../topo/microseconds.ts';
import type { Store } from '../../webhook-server/store/store.ts';
import type { TaskPosition } from '../../webhook-server/store/tenant-store.ts';
import type { Deed, History, Step } from './detector-history.ts';
import { createFaultInjection } from './fault-injection.ts';
import { LifeModel, type Living, lifeEvents } from './life-model.ts';
import { type WatchedWorkspace, watchWorkspace } from './watch-workspace.ts';

type Announced = { taskId: string; sequenceId: string | null; userId: string; scope: string; isDone: boolean };

type Beginning = Pick<History, 'taskCount' | 'seed' | 'first'>;
export type OpenStore = (clock: () => number, steadyClock: () => number) => Promise<Store>;

/** Longer than a day, so that whatever was looked up within an hour grows old at once. */
const dayMs = 25 * 3_600_000;

/** Runs one history from its beginning to its end, over an empty database; throws what the model finds wrong. */
export const runHistory = async ({ restsFirst, steps, ...beginning }: History, openStore: OpenStore): Promise<void> => {
  const run = await HistoryRun.start(beginning, openStore);
  try {
    if (restsFirst) {
      await run.do({ kind: 'poll' });
      await run.check();
    }
    for (const step of steps) await run.do(step);
    await run.check();
  } finally {
    await run.close();
  }
};

const expectSame = (what: string, found: readonly string[], expected: readonly string[]): void => {
  const [ours, topos] = [found.toSorted(), expected.toSorted()];
  if (ours.join() === topos.join()) return;
  const surplus = ours.filter((row, index) => !topos.includes(row) || ours.indexOf(row) !== index);
  const missing = topos.filter((row) => !ours.includes(row));
  throw new Error(
    `Of the ${what}, ${surplus.join('; ') || 'none'} are not Topo's, and ${missing.join('; ') || 'none'} are missing.`,
  );
};

/** Runs histories against a detector, and keeps what a model of it must know. */
class HistoryRun {
  readonly #at: WatchedWorkspace;
  readonly #faultInjection: ReturnType<typeof createFaultInjection>;
  readonly #told: TaskEvent[] = [];
  /** What the hook that asks for templates was told: it wants every template, so it is told all, though later. */
  readonly #toldByTemplate: TaskEvent[] = [];
  readonly #lives: LifeModel;
  readonly #announced: Announced[] = [];
  /** Who had each task at the last check; from then on nothing about it may be missed. */
  #known = new Map<string, string | null>();
  #toldAtCheck = 0;
  /** Tasks that Topo returned in a form that cannot be used, since the last check, and what repairs them. */
  readonly #repairs = new Map<string, () => void>();
  /** Tasks that Topo ever returned so: whether they were there when the first hook came, the server cannot know. */
  readonly #everMalformed = new Set<string>();
  /** The statuses that are not the task's own. */
  readonly #shownStatuses = new Map<string, string>();

  private constructor(at: WatchedWorkspace, faultInjection: ReturnType<typeof createFaultInjection>) {
    this.#at = at;
    this.#faultInjection = faultInjection;
    this.#lives = new LifeModel(at.nowMs());
  }

  static async start({ taskCount, seed, first }: Beginning, openStore: OpenStore): Promise<HistoryRun> {
    const faultInjection = createFaultInjection();
    const at: WatchedWorkspace = await watchWorkspace({
      taskCount,
      seed,
      // Only pages whose order does not change come back byte for byte.
      assumptions: { tiesAreShuffled: seed % 2 === 0 },
      // Each process remembers such pages for itself.
      detectorCount: seed % 4 === 1 ? 2 : 1,
      openStore,
      throughCall: faultInjection.throughCall(
        (faultKind) => at.sandbox.injectFault(faultKind),
        (deed) => run.#deed(deed),
      ),
      throughStore: faultInjection.throughStore,
    });
    const run = new HistoryRun(at, faultInjection);
    await at.subscribe();
    const templateIds = at.workspace.templates.map(({ id }) => id);
    await at.subscribe(undefined, { filters: { sequence_template_ids: templateIds } });
    await at.subscribe(undefined, { events: lifeEvents });
    for (const { deed, afterRequests } of first) faultInjection.meanwhile.add(afterRequests, deed);
    return run;
  }

  close(): Promise<void> {
    return this.#at.close();
  }

  async do(step: Step): Promise<void> {
    switch (step.kind) {
      case 'deed':
        return this.#deed(step.deed);
      case 'pass':
        return this.#at.passTime(step.ms);
      case 'poll':
        return this.#poll();
      case 'late behind many':
        await this.#poll();
        await this.#deed({ ...step, kind: 'reassign many', count: 130, isAtOnce: false });
        this.#at.passTime(15_000);
        await this.#poll();
        await this.#deed({ ...step, kind: 'reassign late' });
        this.#at.passTime(15_000);
        return this.#poll();
      case 'malformed for a day':
        await this.#deed({ ...step, kind: 'malform' });
        this.#at.passTime(dayMs);
        await this.#poll();
        return this.#deed({ ...step, kind: 'reassign', scope: 'TASK' });
      case 'meanwhile':
        return this.#faultInjection.meanwhile.add(step.afterRequests, step.deed);
      case 'stale page':
        return this.#faultInjection.stalePages.add(step.afterRequests, true);
      case 'fault':
        return this.#faultInjection.faults.add(step.afterRequests, step.faultKind);
      case 'broken request':
        return this.#faultInjection.brokenRequests.add(step.afterRequests, true);
      case 'broken store':
        return this.#faultInjection.brokenStore.add(step.afterCalls, step.isAfterwards ? 'afterwards' : 'before');
      case 'day':
        return this.#at.passTime(dayMs);
      case 'set clock':
        return this.#at.setClock(step.ms);
      case 'restart':
        return this.#at.restart();
      case 'check':
        return this.check();
    }
  }

  #pick<Value>(values: readonly Value[], number: number): Value | undefined {
    return values.length === 0 ? undefined : values[number % values.length];
  }

  #person(number: number): string {
    return this.#pick(this.#at.workspace.people, number)?.userId ?? '';
  }

  async #deed(deed: Deed): Promise<void> {
    const { sandbox, workspace } = this.#at;
    const { tasks } = workspace;
    if (deed.kind === 'create') {
      const { id } = sandbox.createTask({ assignee_user_id: this.#person(deed.person) });
      if (deed.isClosedAtOnce) {
        this.#at.passTime(1);
        sandbox.completeTask(id);
      }
      return;
    }
    if (deed.kind === 'reopen') {
      const closed = this.#pick(
        tasks.filter((task) => !isOpen(task)),
        deed.task,
      );
      if (closed === undefined) return;
      sandbox.reopenTask(closed.id);
      if (deed.person !== null) sandbox.reassign(closed.id, this.#person(deed.person));
      return;
    }
    if (deed.kind === 'churn') {
      const first = deed.from % Math.max(tasks.length, 1);
      for (const { id } of tasks.slice(first, first + deed.count)) {
        sandbox.deleteTask(id);
        sandbox.createTask({ assignee_user_id: this.#person(deed.person) });
      }
      return;
    }
    if (deed.kind === 'reassign many' || deed.kind === 'delete many') {
      const first = deed.from % Math.max(tasks.length, 1);
      for (const { id } of tasks.slice(first, first + deed.count)) {
        if (deed.kind === 'delete many') sandbox.deleteTask(id);
        else {
          if (!deed.isAtOnce) this.#at.passTime(1);
          sandbox.reassign(id, this.#person(deed.person));
        }
      }
      return;
    }
    const task = this.#pick(tasks, deed.task);
    if (task === undefined) return;
    switch (deed.kind) {
      case 'reassign':
        sandbox.reassign(task.id, this.#person(deed.person), deed.scope);
        return;
      case 'unassign':
        sandbox.reassign(task.id, null);
        return;
      case 'complete':
        sandbox.completeTask(task.id);
        return;
      case 'show status':
        this.#showStatus(task.id, deed.status);
        return;
      case 'malform':
        this.#everMalformed.add(task.id);
        this.#repairs.set(task.id, sandbox.malform(task.id, deed.fields));
        return;
      case 'delete':
        sandbox.deleteTask(task.id);
        return;
      case 'reassign late':
        this.#reassignLate(task, this.#person(deed.person));
        return;
      case 'announce in vain':
        await this.#announce(task, this.#person(deed.person), 'TASK');
        return;
      case 'act':
        await this.#act(task, deed);
        return;
      default:
        deed satisfies never;
    }
  }

  #showStatus(taskId: string, status: string | null): void {
    // What Topo returns malformed stays so.
    if (this.#repairs.has(taskId)) return;
    const giveBack = this.#at.sandbox.malform(taskId, status === null ? {} : { status });
    if (status !== null) this.#shownStatuses.set(taskId, status);
    else {
      this.#shownStatuses.delete(taskId);
      giveBack();
    }
  }

  /** Of one task, changes become visible in the order of their dates. */
  #reassignLate(task: { id: string; updated_at: string }, userId: string): void {
    this.#at.passTime(-30_000);
    if (Date.parse(task.updated_at) < this.#at.toposNowMs()) this.#at.sandbox.reassign(task.id, userId);
    this.#at.passTime(30_000);
  }

  async #announce(task: { id: string; sequence_id: string | null }, userId: string, scope: 'TASK' | 'SEQUENCE') {
    const announced = { taskId: task.id, sequenceId: task.sequence_id, userId, scope, isDone: false };
    this.#announced.push(announced);
    const id = `int_${this.#announced.length}`;
    await this.#at.tenant.announce([{ id, task_id: task.id, assignee_user_id: userId, scope }]);
    return { id, announced };
  }

  async #act(task: { id: string; sequence_id: string | null }, deed: Deed & { kind: 'act' }): Promise<void> {
    const userId = this.#person(deed.person);
    const { id, announced } = await this.#announce(task, userId, deed.scope);
    const { updated_at } = this.#at.sandbox.reassign(task.id, userId, deed.scope);
    if (deed.settled === 'never') return;
    announced.isDone = deed.settled === 'done';
    await this.#at.tenant.settleIntent(id, { state: deed.settled, updatedAtUs: microseconds(updated_at) });
  }

  async #poll(): Promise<void> {
    // What breaks is logged by the loop that polls, and the lease runs out.
    await this.#at.poll().catch(() => undefined);
  }

  /** Sends everything that is due, in the order in which the store gives it out. */
  async #deliver(): Promise<void> {
    for (;;) {
      const { work } = this.#at.store;
      const claims = await work.claimDeliveries({ limit: 100, perHook: 1_000, leaseMs: 60_000, rateLimits: null });
      if (claims.length === 0) return;
      for (const { hookId, body } of claims) {
        if (hookId === 'hok_3') this.#lives.tell(JSON.parse(body));
        else (hookId === 'hok_1' ? this.#told : this.#toldByTemplate).push(JSON.parse(body));
      }
      await work.settle(claims.map(({ id, lease }) => ({ id, lease, outcome: { kind: 'delivered' } })));
    }
  }

  /** Lets the detector read, with nothing going wrong, until every late change and every lease is past. */
  async #rest(): Promise<void> {
    this.#faultInjection.clear();
    this.#at.sandbox.clearFaults();
    for (const [taskId, repair] of this.#repairs) {
      repair();
      this.#shownStatuses.delete(taskId);
    }
    let quietSinceMs = this.#at.nowMs();
    for (let successes = 0; successes < 4 || this.#at.nowMs() - quietSinceMs < 70_000; ) {
      await this.#pollWhenDue();
      successes = this.#at.log.lines.at(-1)?.includes('workspace polled') ? successes + 1 : 0;
      if (successes <= 1) quietSinceMs = this.#at.nowMs();
    }
    const requests = await this.#pollWhenDue();
    if (requests !== 1) throw new Error(`Everything has come to rest, but a poll costs ${requests} requests.`);
    await this.#deliver();
  }

  /** Lets the detector read every task again. */
  async #reconcile(): Promise<void> {
    const isDone = (line: string) => line.includes('the daily reconciliation is done');
    const before = this.#at.log.lines.filter(isDone).length;
    this.#at.passTime(dayMs);
    while (this.#at.log.lines.filter(isDone).length === before) await this.#pollWhenDue();
    await this.#rest();
  }

  /** Answers the number of requests that Topo got. */
  async #pollWhenDue(): Promise<number> {
    this.#at.passTime(Math.max(1, (await this.#at.store.work.msUntilPoll()) ?? 1_000));
    return this.#at.poll();
  }

  /**
   * Every net change since the last check was told, exactly once, with the right people and in order; nothing was told
   * that did not happen; and `zapier` only with an intent that was done. A poll that finds nothing new costs one request.
   * What happened to tasks that could not be used is told by the reconciliation, after which the open tasks are Topo's.
   */
  async check(): Promise<void> {
    await this.#rest();
    await this.#checkTold((taskId) => !this.#repairs.has(taskId));
    await this.#reconcile();
    await this.#checkTold(() => true);
    await this.#checkOpenTasks();
    const living = this.#livingTasks();
    this.#lives.check(living);
    this.#lives.begin(living, this.#at.nowMs());
    this.#repairs.clear();
    this.#known = new Map(this.#at.workspace.tasks.map(({ id, assignee_user_id }) => [id, assignee_user_id]));
    this.#toldAtCheck = this.#told.length;
  }

  async #checkTold(isTold: (taskId: string) => boolean): Promise<void> {
    const news = this.#told.slice(this.#toldAtCheck);
    const newsOf = Map.groupBy(news, ({ task }) => task.id);
    const { tasks } = this.#at.workspace;
    for (const { id, assignee_user_id } of tasks.filter(({ id }) => isTold(id)))
      this.#checkChain(id, newsOf.get(id) ?? [], assignee_user_id);
    for (const event of news) this.#checkEvent(event);
    const ids = new Set(this.#told.map(({ id }) => id));
    if (ids.size !== this.#told.length) throw new Error('An event was told twice.');
    await this.#checkTemplateHook();
  }

  /** The server's open tasks are Topo's, each with its assignee and its status, and so are the counts of each person. */
  async #checkOpenTasks(): Promise<void> {
    const expected = this.#shownTasks().filter(isOpen);
    const rowOf = (id: string, userId: string | null, status: unknown) => `${id} of ${userId}, ${status}`;
    expectSame(
      'open tasks',
      (await this.#listOpenTasks()).map(({ task, assignee }) => rowOf(task.id, assignee.user_id, task['status'])),
      expected.map(({ id, assignee_user_id, status }) => rowOf(id, assignee_user_id, status)),
    );
    const counted = Map.groupBy(expected, ({ assignee_user_id }) => assignee_user_id);
    const counts = await this.#at.tenant.openTasks();
    expectSame(
      'counts of open tasks',
      [...counts].map(([userId, { openTasks }]) => `${userId}: ${openTasks}`),
      [...counted].map(([userId, { length }]) => `${userId}: ${length}`),
    );
  }

  /** The tasks with the statuses that Topo shows. */
  #shownTasks() {
    return this.#at.workspace.tasks.map((task) => ({
      ...task,
      status: this.#shownStatuses.get(task.id) ?? task.status,
    }));
  }

  #livingTasks(): Living[] {
    return this.#shownTasks().map((task) => ({
      id: task.id,
      isOpen: isOpen(task),
      assigneeId: task.assignee_user_id,
      createdAtMs: Date.parse(task.created_at),
      wasMalformed: this.#everMalformed.has(task.id),
    }));
  }

  async #listOpenTasks(): Promise<ListedTask[]> {
    const found: ListedTask[] = [];
    for (let after: TaskPosition | undefined; ; ) {
      const { tasks, next } = await this.#at.tenant.tasks({ limit: 40, scopes: [], after });
      found.push(...tasks);
      if (next === null) return found;
      after = next;
    }
  }

  /** The hook that asks for templates was told the same, each once and each run in the same order, or gave it up. */
  async #checkTemplateHook(): Promise<void> {
    const listing = await this.#at.tenant.deliveries('hok_2', { limit: 10_000, state: 'dropped' });
    if (listing.kind !== 'page') throw new Error('The hook that asks for templates is gone.');
    const givenUp = new Set(listing.deliveries.map(({ eventId }) => eventId));
    const expected = this.#told.filter(({ id }) => !givenUp.has(id));
    const runOf = ({ task }: TaskEvent) => task.sequence_id ?? task.id;
    const orderOf = (events: readonly TaskEvent[]) =>
      JSON.stringify(
        [...Map.groupBy(events, runOf)].map(([run, group]) => [run, group.map(({ id }) => id)]).toSorted(),
      );
    if (orderOf(expected) !== orderOf(this.#toldByTemplate)) {
      throw new Error('The hook that asks for templates was told something else, or in another order.');
    }
    const unknown = this.#toldByTemplate.find(({ sequence_template_id }) => sequence_template_id === null);
    if (unknown !== undefined) throw new Error(`${unknown.task.id}: told by template without one.`);
  }

  /** The events of a task lead from who had it at the last check to who has it now, without a gap. */
  #checkChain(taskId: string, chain: readonly TaskEvent[], assigneeId: string | null): void {
    const start = this.#known.has(taskId) ? this.#known.get(taskId) : chain[0]?.previous_assignee.user_id;
    if (start === undefined) return;
    let holder = start;
    for (const { previous_assignee, new_assignee } of chain) {
      if (previous_assignee.user_id !== holder) {
        throw new Error(`${taskId}: told from ${previous_assignee.user_id}, but it was with ${holder}.`);
      }
      holder = new_assignee.user_id;
    }
    if (holder !== assigneeId) throw new Error(`${taskId}: it is with ${assigneeId}, but the last told was ${holder}.`);
  }

  #checkEvent({ task, source, previous_assignee, new_assignee, occurred_at }: TaskEvent): void {
    if (previous_assignee.user_id === new_assignee.user_id) throw new Error(`${task.id}: told without a change.`);
    const happened = this.#at.sandbox.changes.entries.some(
      ({ taskId, next, at }) =>
        taskId === task.id && next === new_assignee.user_id && at.getTime() <= Date.parse(occurred_at),
    );
    if (!happened) throw new Error(`${task.id}: told what did not happen.`);
    const isAnnounced = this.#announced.some(
      ({ taskId, sequenceId, userId, scope, isDone }) =>
        isDone &&
        userId === new_assignee.user_id &&
        (taskId === task.id || (scope === 'SEQUENCE' && sequenceId === task.sequence_id)),
    );
    if (source === 'zapier' && !isAnnounced) throw new Error(`${task.id}: told as Zapier's without an intent.`);
  }
}
