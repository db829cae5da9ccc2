import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { eventOf, inBatches } from '../../../webhook-server/store/changes/change.ts';
import { fanOut } from '../../../webhook-server/store/changes/fan-out.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import { createTaskUrls } from '../../../webhook-server/store/task-urls.ts';
import { sampleFacts, sampleTask } from '../../../zapier/tasks/task-output.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { watchWorkspace } from '../../support/watch-workspace.ts';

const change = (id: string, sequenceTemplateId: string | null | undefined = null) => ({
  id,
  scanId: 'scan',
  type: 'task.reassigned' as const,
  kind: 'reassigned' as const,
  previousAssigneeId: 'robin',
  newAssigneeId: 'kim',
  task: { ...sampleTask, id },
  occurredAtUs: 1_000,
  detectedAtMs: 1,
  source: 'topo' as const,
  sequenceTemplateId,
});

const { contact, sequence_template: sequenceTemplate } = sampleFacts;
const descriptions = {
  describePerson: (user_id: string) => ({ user_id, name: user_id === 'kim' ? 'Kim' : 'Robin', email: null }),
  describeTask: () => ({ contact, sequenceTemplate }),
  taskUrlOf: createTaskUrls('https://app.topo.example/$&/{task_id}?again={task_id}'),
};

test('an event tells the facts of its first task, and links to it', () => {
  const [first, second] = inBatches([change('t1'), change('t 2')]);
  if (first === undefined || second === undefined) throw new Error('There are no changes.');
  expect(eventOf(first, [second], descriptions)).toMatchObject({
    contact,
    sequence_template: sequenceTemplate,
    sequence_template_id: sequenceTemplate.id,
    summary: '2 calls with Ada Moreau at Initech (Trial Follow-up) went from Robin to Kim.',
    task_url: 'https://app.topo.example/$&/t1?again=t1',
  });
  expect(eventOf(second, [], descriptions).task_url).toBe('https://app.topo.example/$&/t%202?again=t%202');
});

test('the template that a hook was decided by is the one that its event names', () => {
  const [hook] = [
    {
      id: 'hok_1',
      number: 1,
      events: ['task.reassigned' as const],
      filters: {},
      oncePer: 'task' as const,
      scopes: null,
    },
  ];
  const unknown = { ...descriptions, describeTask: () => ({ contact: null, sequenceTemplate: null }) };
  const { deliveries } = fanOut(inBatches([change('t1', 'template')]), [hook], unknown);
  expect(deliveries.map(({ body }) => JSON.parse(body))).toMatchObject([
    { sequence_template_id: 'template', sequence_template: { id: 'template', name: null } },
  ]);
});

test('with TOPO_TASK_URL what is stored and what is sent links to the task', async () => {
  const template = 'https://app.topo.example/tasks/{task_id}';
  const at = await watchWorkspace({
    openStore: async (clock) =>
      createSqliteStore(join(tempFolder(), 'store.sqlite'), clock, undefined, undefined, template),
  });
  try {
    await at.subscribe();
    await at.listen();
    const [person] = at.workspace.people;
    const task = at.workspace.tasks.find(({ assignee_user_id }) => assignee_user_id !== person?.userId);
    at.sandbox.reassign(task?.id ?? '', person?.userId ?? '');
    at.passTime(60_000);
    await at.poll();
    const link = `https://app.topo.example/tasks/${task?.id}`;
    expect(await at.events()).toMatchObject([{ task_url: link }]);
    const [claim] = await at.store.work.claimDeliveries({ limit: 1, perHook: 1, leaseMs: 1, rateLimits: null });
    expect(JSON.parse(claim?.body ?? '')).toMatchObject({ task_url: link });
  } finally {
    await at.close();
  }
});
