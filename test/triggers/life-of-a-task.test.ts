import { describe, expect, test } from '@jest/globals';
import type { TaskEvent } from '../../contract/event.ts';
import { rawRequestOf, startRealLoop } from '../support/real-loop.ts';
import { first } from '../support/topo-sandbox.ts';

type Loop = Awaited<ReturnType<typeof startRealLoop>>;

/** What a Zap of this trigger runs with, after something has happened in Topo. */
const runsAfter = async (
  loop: Loop,
  trigger: string,
  inputData: Record<string, unknown>,
  happen: () => unknown,
): Promise<Partial<TaskEvent>[]> => {
  const subscribeData = await loop.turnOn(`triggers.${trigger}`, `/${trigger}`, inputData);
  happen();
  const rawRequest = rawRequestOf(first(await loop.received(`/${trigger}`)));
  const bundle = { subscribeData, rawRequest, inputData };
  return (await loop.app.run(`triggers.${trigger}.operation.perform`, bundle)) as Partial<TaskEvent>[];
};

describe('New Task', () => {
  test('starts for a task that is somebody’s from the start, and says whose it is and whom it is about', async () => {
    const loop = await startRealLoop({ taskCount: 3 });
    const { sandbox, workspace } = loop;
    const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech' });
    const { id: sequence_id } = sandbox.createSequence({ contactId: contact.id });
    const assignee_user_id = first(workspace.people).userId;
    const runs = await runsAfter(loop, 'new_task', {}, () =>
      sandbox.createTask({ sequence_id, assignee_user_id, type: 'CALL', priority: 'HOT' }),
    );
    expect(runs).toMatchObject([
      {
        type: 'task.created',
        new_assignee: { user_id: assignee_user_id },
        contact: { name: 'Ada Moreau', company: 'Initech' },
      },
    ]);
    expect(runs[0]?.summary).toMatch(/^A call with Ada Moreau at Initech \(.*hot\) is new for /);
    expect(runs[0]).not.toHaveProperty('previous_assignee');
  });

  test('starts for tasks of nobody alone where that is chosen', async () => {
    const loop = await startRealLoop({ taskCount: 3 });
    const { sandbox, workspace } = loop;
    const made = { assignee_user_id: first(workspace.people).userId };
    const runs = await runsAfter(loop, 'new_task', { new_assignee_ids: ['Nobody (unassigned)'] }, () => {
      sandbox.createTask(made);
      sandbox.createTask({ assignee_user_id: null });
    });
    expect(runs).toMatchObject([{ new_assignee: { user_id: null } }]);
  });

  test('leaves out what another trigger was given in its place', async () => {
    const loop = await startRealLoop({ taskCount: 3 });
    const left = { kinds: ['unassigned'], previous_assignee_ids: ['nobody we know'], outcomes: ['skipped'] };
    const runs = await runsAfter(loop, 'new_task', left, () => loop.sandbox.createTask({}));
    expect(runs).toMatchObject([{ type: 'task.created' }]);
  });

  test('starts for what is open again only where that is chosen', async () => {
    const loop = await startRealLoop({ taskCount: 0 });
    const { id } = loop.sandbox.createTask({ status: 'COMPLETED' });
    const runs = await runsAfter(loop, 'new_task', { reopened: 'yes' }, () => loop.sandbox.reopenTask(id));
    expect(runs).toMatchObject([{ type: 'task.reopened', task: { id } }]);
  });
});

describe('Task Closed', () => {
  test('starts with the outcome, who had the task and how long it was open', async () => {
    const loop = await startRealLoop({ taskCount: 0 });
    const { sandbox, workspace } = loop;
    const assignee_user_id = first(workspace.people).userId;
    const { id } = sandbox.createTask({ assignee_user_id, type: 'CALL' });
    const runs = await runsAfter(loop, 'task_closed', { outcomes: ['Completed'] }, () => sandbox.completeTask(id));
    expect(runs).toMatchObject([
      {
        type: 'task.closed',
        outcome: 'completed',
        previous_assignee: { user_id: assignee_user_id },
        open_seconds: expect.any(Number),
        task: { id },
      },
    ]);
    expect(runs[0]).not.toHaveProperty('new_assignee');
  });
});

describe('Task Reassigned', () => {
  test('also starts for new tasks where that is chosen, so that whoever gets a task is told', async () => {
    const loop = await startRealLoop({ taskCount: 3 });
    const { sandbox, workspace } = loop;
    const assignee_user_id = first(workspace.people).userId;
    const runs = await runsAfter(loop, 'task_reassigned', { also_new: 'yes' }, () =>
      sandbox.createTask({ assignee_user_id }),
    );
    expect(runs).toMatchObject([{ type: 'task.created', new_assignee: { user_id: assignee_user_id } }]);
  });

  test('says that new tasks and a previous assignee do not go together', async () => {
    const loop = await startRealLoop({ taskCount: 1 });
    const inputData = { also_new: 'yes', previous_assignee_ids: [first(loop.workspace.people).userId] };
    const thrown = await loop.app.thrownBy('triggers.task_reassigned.operation.performSubscribe', {
      inputData,
      targetUrl: 'https://hooks.zapier.com/hooks/standard/1/2/',
    });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toContain('“Previous Assignee”');
  });
});
