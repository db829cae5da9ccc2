import { largestPage } from '../../../topo/list.ts';
import { listTasks, type TaskQuery } from '../../../topo/list-tasks.ts';
import { microseconds } from '../../../topo/microseconds.ts';
import type { Task } from '../../../topo/task.ts';
import type { Check } from '../check.ts';
import { asAssumed, type Finding, notSeen } from '../finding.ts';

const fact = { fact: 'Tasks of the same moment come in a stable order', expected: 'any order: nothing rests on it' };

const readings = 4;

type SortBy = NonNullable<TaskQuery['sortBy']>;

/** The ids of the tasks that share a timestamp with another one, in the order of the page. */
const tiedIds = (items: readonly Task[], sortBy: SortBy): string[] => {
  const counts = new Map<number, number>();
  for (const task of items) counts.set(microseconds(task[sortBy]), (counts.get(microseconds(task[sortBy])) ?? 0) + 1);
  return items.filter((task) => (counts.get(microseconds(task[sortBy])) ?? 0) > 1).map(({ id }) => id);
};

/** Compares only the tasks that every reading shows: others may have changed, or left the page. */
const ordersOf = (pages: readonly string[][]): Set<string> => {
  const isOnAll = (id: string) => pages.every((page) => page.includes(id));
  return new Set(pages.map((page) => page.filter(isOnAll).join()));
};

const judge = (pages: readonly string[][], sortBy: SortBy): Finding | undefined => {
  const ties = Math.min(...pages.map((page) => page.length));
  if (ties < 2) return undefined;
  const isStable = ordersOf(pages).size === 1;
  const seen = `${ties} such tasks by ${sortBy}, read ${readings} times: ${isStable ? 'always the same order' : 'the order changes'}`;
  return asAssumed(fact, seen);
};

export const checkTieOrder: Check = async ({ ask }) => {
  for (const sortBy of ['updated_at', 'created_at'] as const) {
    const pages: string[][] = [];
    for (let count = 0; count < readings; count += 1) {
      const outcome = await ask(listTasks({ sortBy, sortOrder: 'desc', size: largestPage }));
      if (outcome.kind !== 'answered') return [notSeen(fact, outcome.said)];
      pages.push(tiedIds(outcome.body.items, sortBy));
      if (pages[0]?.length === 0) break;
    }
    const finding = judge(pages, sortBy);
    if (finding !== undefined) return [finding];
  }
  return [notSeen(fact, `no two of the newest ${largestPage} tasks share a moment`)];
};
