import type { ZObject } from 'zapier-platform-core';
import { taskInWords } from '../../contract/summary.ts';
import { openStatuses } from '../../topo/is-open.ts';
import { largestPage } from '../../topo/list.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import { callTopo } from '../request/call-topo.ts';
import { countKnownTasks } from '../webhook-server/webhook-server-api.ts';

/**
 * The number of open tasks of each person, by id in lower case; not `isComplete` when some were not counted. An example is a
 * task of somebody without a name, in words, where one is known.
 */
export type OpenTaskCounts = {
  counts: ReadonlyMap<string, number>;
  isComplete: boolean;
  examples: ReadonlyMap<string, string>;
};

/** A dropdown must open within seconds, so only this many pages of each open status are read. */
const maxPages = 3;

/** A server that takes longer to count is passed over. */
const serverTimeoutMs = 4_000;

type Newest = { tasks: Task[]; isComplete: boolean };

const newestOfStatus = async (z: ZObject, status: string, deadline: Deadline): Promise<Newest> => {
  const tasks: Task[] = [];
  let isEveryUsable = true;
  for (let page = 1; page <= maxPages; page += 1) {
    const call = listTasks({ status, page, size: largestPage, sortBy: 'created_at', sortOrder: 'desc' });
    const { items, unusable, has_more } = await callTopo(z, call, { deadline });
    tasks.push(...items);
    isEveryUsable &&= unusable.length === 0;
    if (!has_more) return { tasks, isComplete: isEveryUsable };
  }
  return { tasks, isComplete: false };
};

/** What the webhook server counts; nothing when there is none, or it has not read every task lately. */
const countKnown = async (z: ZObject, deadline: Deadline): Promise<OpenTaskCounts | undefined> => {
  if (webhookServerUrl() === undefined) return undefined;
  try {
    const known = await countKnownTasks(z, Math.min(serverTimeoutMs, deadline.remainingMs()));
    if (!known.is_complete || !known.is_current) return undefined;
    const counts = known.items.flatMap(({ user_id, open_tasks }): [string, number][] =>
      user_id === null ? [] : [[user_id, open_tasks]],
    );
    const examples = known.items.flatMap(({ user_id, example }): [string, string][] =>
      user_id === null || example === null ? [] : [[user_id, taskInWords(example.task, example.contact)]],
    );
    return { counts: new Map(counts), isComplete: true, examples: new Map(examples) };
  } catch (error) {
    z.console.warn(`Tasks are counted in Topo, because the webhook server did not count them: ${String(error)}`);
    return undefined;
  }
};

const countInTopo = async (z: ZObject, deadline: Deadline): Promise<OpenTaskCounts> => {
  const lists = await Promise.all(openStatuses.map((status) => newestOfStatus(z, status, deadline)));
  const tasks = new Map(lists.flatMap((list) => list.tasks).map((task) => [task.id, task]));
  const counts = new Map<string, number>();
  for (const { assignee_user_id } of tasks.values()) {
    const id = assignee_user_id?.toLowerCase();
    if (id !== undefined) counts.set(id, (counts.get(id) ?? 0) + 1);
  }
  return { counts, isComplete: lists.every((list) => list.isComplete), examples: new Map() };
};

/** Topo lists no users, so this is how to find people: by the open tasks they have. */
export const countOpenTasksByAssignee = async (z: ZObject, deadline: Deadline): Promise<OpenTaskCounts> =>
  (await countKnown(z, deadline)) ?? countInTopo(z, deadline);
