import { describe, expect, test } from '@jest/globals';
import { inputFields } from '../../support/definition.ts';
import { startOffice } from '../../support/office.ts';
import { first } from '../../support/topo-sandbox.ts';

// People map what they read. A choice is understood by its label as by its value, and errors speak in labels.

const task = 'What to Reassign';

const startWithTwo = async () => {
  const office = await startOffice();
  const one = office.createTask({ type: 'EMAIL_REPLY', priority: 'TODAY' });
  const other = office.createTask({ type: 'CALL', status: 'IN_PROGRESS', sequence_id: one.sequence_id });
  const reassign = (scope: unknown) =>
    office.app.run('creates.reassign_task.operation.perform', {
      inputData: { task_id: one.id, assignee_user_id: office.taker.userId, scope },
    });
  const find = async (inputData: Record<string, unknown>) => {
    const found = await office.app.run('searches.find_task.operation.perform', { inputData });
    return (found as { id: string }[]).map(({ id }) => id);
  };
  return { ...office, one, other, reassign, find };
};

describe('a label', () => {
  test.each([
    ['Only this task', 'TASK'],
    ['  only THIS task ', 'TASK'],
    ['This task and the contact’s other open tasks in the same sequence', 'SEQUENCE'],
    ["This task and the contact's other open tasks in the same sequence", 'SEQUENCE'],
  ])('“%s” is the choice %s', async (scope, means) => {
    const { reassign, sandbox } = await startWithTwo();
    await reassign(scope);
    expect(sandbox.changes.last).toHaveProperty('scope', means);
  });

  test('of a status finds tasks of that status', async () => {
    const { find, one, other } = await startWithTwo();
    expect((await find({ status: 'Open: pending or in progress' })).toSorted()).toEqual([one.id, other.id].toSorted());
    expect(await find({ status: 'In progress' })).toEqual([other.id]);
  });

  test.each([
    ['alone', 'Assigned, after it belonged to nobody', ['assigned']],
    [
      'in a list that earlier steps have joined',
      'Assigned, after it belonged to nobody,Reassigned from one person to another, unassigned',
      ['assigned', 'reassigned', 'unassigned'],
    ],
  ])('with a comma in it is one choice, %s', async (_how, kinds, means) => {
    const { app, server } = await startOffice();
    const inputData = { kinds };
    await app.run('triggers.task_reassigned.operation.performList', { inputData }).catch(() => undefined);
    const asked = server.receiver.received.find(({ path }) => path.startsWith('/events'));
    expect(new URL(asked?.path ?? '', server.url).searchParams.getAll('kinds')).toEqual(means);
  });

  test('of every choice of every step is taken', async () => {
    const withChoices = inputFields.filter(({ field }) => field.choices !== undefined);
    expect(withChoices.length).toBeGreaterThan(10);
    const { app, holder, taker, createTask } = await startOffice();
    for (const { step, field } of withChoices) {
      const people = { assignee_user_id: step.kind === 'creates' ? taker.userId : '', to_user_id: taker.userId };
      const isHook = step.operation.performSubscribe !== undefined;
      const method = `${step.path}.operation.${isHook ? 'performSubscribe' : 'perform'}`;
      for (const { label } of field.choices ?? []) {
        const inputData = { task_id: createTask().id, from_user_id: holder.userId, ...people, [field.key]: label };
        const said = await app.run(method, { inputData, targetUrl: 'https://hooks.zapier.com/1' }).then(
          () => '',
          ({ message }: Error) => message,
        );
        expect(said).not.toContain(`“${field.label}”`);
      }
    }
  });
});

test.each([
  ['creates.reassign_task.operation.perform', { scope: 'EVERYTHING' }, task],
  ['creates.hand_over_tasks.operation.perform', { task_types: 'a/b' }, 'Task Type'],
  ['creates.hand_over_tasks.operation.perform', { priorities: 'warm!' }, 'Priority'],
  ['searches.find_task.operation.perform', { status: 'open?' }, 'Task Status'],
  ['triggers.task_reassigned.operation.performSubscribe', { kinds: ['renamed'] }, 'Kind of Change'],
  ['triggers.task_reassigned.operation.performSubscribe', { once_per: 'contact' }, 'Run Once Per'],
])('%s says in labels what %j might have been', async (method, odd, label) => {
  const { app, taker } = await startOffice();
  const people = method.startsWith('searches') ? {} : { assignee_user_id: taker.userId, to_user_id: taker.userId };
  const inputData = { task_id: '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5', ...people, ...odd };
  const thrown = await app.thrownBy(method, { inputData, targetUrl: 'https://hooks.zapier.com/1' });
  const { field } = first(
    inputFields.filter((one) => method.startsWith(one.path.replace(/\.\w+$/, '.')) && one.field.label === label),
  );
  expect(thrown.name).toBe('HaltedError');
  for (const choice of field.choices ?? []) {
    expect(thrown.message).toContain(`“${choice.label}”`);
    if (choice.value.includes('_')) expect(thrown.message).not.toContain(choice.value);
  }
  expect(thrown.message).not.toMatch(/TASK, SEQUENCE|reassigned, assigned/);
});

test.each([
  ['off', false],
  ['OFF', false],
  ['on', true],
])('%s is an answer to yes or no', async (preview_only, isPreview) => {
  const { app, createTask, taker } = await startOffice();
  const inputData = { task_id: createTask().id, assignee_user_id: taker.userId, preview_only };
  const output = await app.run('creates.reassign_task.operation.perform', { inputData });
  expect(output).toMatchObject({ preview: isPreview });
});
