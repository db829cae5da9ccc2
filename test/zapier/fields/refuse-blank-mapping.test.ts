import { expect, test } from '@jest/globals';
import { first, startTopo } from '../../support/topo-sandbox.ts';

// “Leave it empty for everybody” is for people. When a step of a Zap gave nothing, an empty field must not mean everybody.

const startWithTask = async () => {
  const topo = await startTopo();
  const [holder, other] = topo.workspace.people;
  const task = topo.sandbox.createTask({ assignee_user_id: holder?.userId ?? null });
  const inputs = {
    'creates.reassign_task': { task_id: task.id, assignee_user_id: other?.userId },
    'creates.hand_over_tasks': { from_user_id: holder?.userId, to_user_id: other?.userId, task_ids: [task.id] },
    'searches.find_task': {},
  } as const;
  return { ...topo, inputs };
};

const narrowing = ['task_types', 'priorities', 'sequence_template_ids'];
const search = ['assignee_user_id', 'status', 'contact_email', 'sequence_id', 'created_after'];

const limits = [
  ...['only_if_assigned_to', 'preview_only'].map((key) => ['creates.reassign_task', key] as const),
  ...['from_user_id', 'task_ids', 'preview_only', ...narrowing].map((key) => ['creates.hand_over_tasks', key] as const),
  ...[...search, ...narrowing].map((key) => ['searches.find_task', key] as const),
];

test.each(limits)('%s stops when %s is mapped and empty', async (step, key) => {
  const { app, inputs, sandbox } = await startWithTask();
  for (const [blank, raw] of [
    ['', '{{1__x}}'],
    [[''], ['{{1__x}}']],
    [null, '{{1__x}}'],
    [undefined, '{{1__x}}'],
  ]) {
    const inputData = { ...inputs[step], [key]: blank };
    const thrown = await app.thrownBy(`${step}.operation.perform`, { inputData, inputDataRaw: { [key]: raw } });
    expect(thrown.name).toBe('HaltedError');
    expect(thrown.message).toMatch(/^An earlier step is mapped into the field “[A-Z].*” and gave nothing there/);
  }
  expect(sandbox.changes).toHaveLength(0);
  expect(sandbox.requests).toHaveLength(0);
});

test.each([...new Set(limits.map(([step]) => step))])('%s accepts fields that were left empty', async (step) => {
  const { app, inputs } = await startWithTask();
  const keys = limits.flatMap(([one, key]) =>
    one === step && key !== 'from_user_id' && key !== 'task_ids' ? key : [],
  );
  const blank = Object.fromEntries(keys.map((key) => [key, '']));
  const given = { inputData: { ...inputs[step], ...blank }, inputDataRaw: { ...inputs[step], ...blank } };
  expect(await app.run(`${step}.operation.perform`, given)).toBeDefined();
});

test('a mapped value that arrives is used', async () => {
  const { app, inputs, sandbox, workspace } = await startWithTask();
  const holder = first(workspace.people).userId;
  await app.run('creates.reassign_task.operation.perform', {
    inputData: { ...inputs['creates.reassign_task'], only_if_assigned_to: holder },
    inputDataRaw: { only_if_assigned_to: '{{1__owner}}' },
  });
  expect(sandbox.changes).toHaveLength(1);
});
