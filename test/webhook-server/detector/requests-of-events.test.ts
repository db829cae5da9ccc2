import { expect, test } from '@jest/globals';
import { type EventType, eventTypes } from '../../../contract/event.ts';
import { watchWorkspace } from '../../support/watch-workspace.ts';

/** An hour in a workspace, the same each time; answers what Topo was asked, and how often what was told. */
const runHour = async (events: readonly EventType[]) => {
  const at = await watchWorkspace({ taskCount: 150, requestsPerMinute: 60 });
  await at.subscribe(undefined, { events });
  await at.listen();
  const asked = at.sandbox.requests.length;
  const { people, tasks } = at.workspace;
  const open = tasks.filter(({ status }) => status !== 'COMPLETED' && status !== 'SKIPPED').map(({ id }) => id);
  const personOf = (turn: number) => people[turn % people.length]?.userId ?? null;
  const deeds: ((turn: number) => void)[] = [
    (turn) => at.sandbox.createTask({ assignee_user_id: personOf(turn) }),
    (turn) => at.sandbox.completeTask(open[turn] ?? ''),
    (turn) => at.sandbox.reopenTask(open[turn - 1] ?? ''),
    (turn) => at.sandbox.reassign(open[turn] ?? '', personOf(turn)),
    () => undefined,
  ];
  const endsAtMs = at.nowMs() + 3_600_000;
  for (let turn = 1; at.nowMs() < endsAtMs; turn += 1) {
    if (turn % 5 === 0) deeds[(turn / 5) % deeds.length]?.(turn / 5);
    at.passTime((await at.store.work.msUntilPoll()) ?? 0);
    await at.poll();
  }
  const told = Map.groupBy(
    (await at.tenant.events({ limit: 1000, types: eventTypes }))?.items ?? [],
    ({ type }) => type,
  );
  await at.close();
  return {
    requests: at.sandbox.requests.entries.slice(asked).map(({ method, path, at: when }) => `${when} ${method} ${path}`),
    told: Object.fromEntries([...told].map(([type, items]) => [type, items.length])),
  };
};

test('what a Zap wants to hear of changes neither what Topo is asked nor when', async () => {
  const alone = await runHour(['task.reassigned']);
  const all = await runHour(eventTypes);
  expect(all.requests.length).toBeGreaterThan(100);
  expect(all.requests).toEqual(alone.requests);
  expect(all.told).toEqual(alone.told);
  expect(Object.keys(all.told).toSorted()).toEqual(eventTypes.toSorted());
});
