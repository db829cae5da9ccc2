import { expect, test } from '@jest/globals';
import { openWorkspace } from '../../support/verify-topo/verification.ts';

test('the question says what is going to happen, and after “no” nothing does', async () => {
  const { verify, task, anna, dora, siblings, sandbox } = await openWorkspace();
  let question = '';
  const args = ['--task', task.id, '--to', dora, '--sequence', '--unknown-user'];
  const { code, told, printed } = await verify(args, {
    confirm: async (text) => {
      question = text;
      return false;
    },
  });
  expect(code).toBe(1);
  expect(question).toBe('May it go ahead? (yes/no) ');
  for (const part of [task.id, anna, dora, siblings[0]?.id ?? '', siblings[1]?.id ?? '', 'real writes', 'is nobody']) {
    expect(told).toContain(part);
  }
  expect(told).toContain('Nothing was changed.');
  expect(printed).toBe('');
  expect(sandbox.changes.length).toBe(0);
  expect(sandbox.requests.count(({ method }) => method !== 'GET')).toBe(0);
});

test('after “yes” it goes ahead', async () => {
  const { verify, task, dora, sandbox } = await openWorkspace();
  const { code } = await verify(['--task', task.id, '--to', dora], { confirm: async () => true });
  expect(code).toBe(0);
  expect(sandbox.changes.length).toBe(2);
});

test('without a terminal it requires --yes, before anything is sent', async () => {
  const { verify, task, sandbox } = await openWorkspace();
  const { code, told } = await verify(['--task', task.id]);
  expect(code).toBe(1);
  expect(told).toBe('Nobody can be asked here whether the task may be reassigned: say so beforehand with --yes.\n');
  expect(sandbox.requests.length).toBe(0);
});

test('without --to the task goes to an assignee of one of the newest tasks', async () => {
  const { verify, task, anna, ben, sandbox, workspace } = await openWorkspace();
  const { code } = await verify(['--task', task.id, '--yes', '--sequence']);
  expect(code).toBe(0);
  const borrower = sandbox.changes.entries[0]?.next;
  expect(workspace.people.map(({ userId }) => userId)).toContain(borrower);
  expect([anna, ben]).not.toContain(borrower);
});

test('a reason not to run is printed as a sentence', async () => {
  const { verify, task, anna, workspace, sandbox } = await openWorkspace();
  const unowned = sandbox.createTask({});
  const stranger = '3c90c3cc-0d44-4b50-8888-8dd25736052a';
  const foreign = sandbox.workspaces[1].tasks[0]?.id ?? '';
  for (const [args, wanted] of [
    [['--task', unowned.id], `--task ${unowned.id} belongs to nobody`],
    [['--task', stranger], `--task ${stranger} is not there`],
    [['--task', foreign], `--task ${foreign} is not there`],
    [['--task', task.id, '--to', anna], `--to ${anna} has the task already`],
  ] as const) {
    expect(await verify([...args, '--yes'])).toMatchObject({
      code: 1,
      printed: '',
      told: expect.stringContaining(wanted),
    });
  }
  const { readOnly, full } = workspace.keys;
  expect((await verify(['--task', task.id, '--yes'], { key: readOnly })).told).toBe(
    'The key lacks tasks:write, which this needs.\n',
  );
  sandbox.revokeKey(full);
  expect((await verify(['--task', task.id, '--yes'])).told).toContain('The key could not be used: Topo answered 401');
  expect(sandbox.changes.length).toBe(0);
});

test('when the newest tasks show nobody else, a sentence names --to', async () => {
  const { verify, sandbox } = await openWorkspace({ taskCount: 0 });
  const [workspace] = sandbox.workspaces;
  for (const { id } of workspace.tasks) sandbox.deleteTask(id);
  const task = sandbox.createTask({ assignee_user_id: workspace.people[0]?.userId ?? '' });
  const { code, told } = await verify(['--task', task.id, '--yes']);
  expect({ code, told }).toEqual({
    code: 1,
    told: 'Nobody else is seen among the newest tasks. Name whom to give the task to with --to USER_ID.\n',
  });
});
