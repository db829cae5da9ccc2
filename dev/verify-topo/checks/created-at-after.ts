import type { Call } from '../../../topo/call.ts';
import { listTasks, type TaskPage } from '../../../topo/list-tasks.ts';
import { microseconds } from '../../../topo/microseconds.ts';
import type { Check } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';

const fact = { fact: 'The task list takes created_at_after', expected: 'tasks later than the moment, without it' };
const meaning = 'No call of ours uses it yet; whoever starts to must not rely on it alone to leave tasks out.';

const oldestFirst = listTasks({ sortBy: 'created_at', sortOrder: 'asc', size: 100 });

const createdAfter = (moment: string): Call<TaskPage> => ({
  ...oldestFirst,
  query: { ...oldestFirst.query, created_at_after: moment },
});

const judge = (moment: string, { items }: TaskPage): Finding => {
  const limit = microseconds(moment);
  const times = items.map((task) => microseconds(task.created_at));
  if (times.some((time) => time < limit)) return different(fact, 'older tasks came too: it is ignored', meaning);
  if (times.includes(limit)) return different(fact, 'a task of the very moment came too', meaning);
  return asAssumed(fact, 'later tasks alone');
};

export const checkCreatedAtAfter: Check = async ({ ask }) => {
  const page = await ask(oldestFirst);
  if (page.kind !== 'answered') return [notSeen(fact, page.said)];
  const [oldest, ...others] = page.body.items.map((task) => task.created_at);
  const later = others.filter((time) => oldest !== undefined && microseconds(time) > microseconds(oldest));
  const moment = later[Math.floor(later.length / 2)];
  if (moment === undefined) return [notSeen(fact, 'no two tasks were made at different moments')];

  const filtered = await ask(createdAfter(moment));
  switch (filtered.kind) {
    case 'answered':
      return [judge(moment, filtered.body)];
    case 'refused':
      return filtered.status === 400 ? [different(fact, filtered.said, meaning)] : [notSeen(fact, filtered.said)];
    case 'misread':
    case 'unanswered':
      return [notSeen(fact, filtered.said)];
  }
};
