import { expect, test } from '@jest/globals';
import { isReassignment, layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

test('a refused repetition is a difference', async () => {
  const { verifyAll, url, dora, assignees, before, task, sandbox } = await openWorkspace();
  const { apiUrl } = await layRoad(url, {
    instead: (request) =>
      isReassignment(request) && sandbox.task(task.id)?.assignee_user_id === dora && request.number < 33
        ? { status: 409, body: { type: 'CommitIssue', message: 'They have it already.' } }
        : undefined,
  });
  const { different } = await verifyAll({ apiUrl }, ['--yes', '--json']);
  expect(different).toEqual([facts.repetition]);
  expect(assignees()).toEqual(before);
});
