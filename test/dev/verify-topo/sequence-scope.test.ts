import { expect, test } from '@jest/globals';
import { isReassignment, layRoad } from '../../support/verify-topo/road.ts';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

test('a sibling that changed just before prevents the sequence from being moved', async () => {
  const { verifyAll, url, sandbox, siblings, carl } = await openWorkspace();
  const id = siblings[0]?.id ?? '';
  const { apiUrl } = await layRoad(url, {
    before: (request) => {
      if (isReassignment(request)) sandbox.reassign(id, carl);
    },
  });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.siblings)?.seen).toBe(`task ${id} of the sequence was changed meanwhile`);
  expect(sandbox.task(id)?.assignee_user_id).toBe(carl);
});

test('a sequence with an unassigned task is not moved, because that task could not be given back', async () => {
  const { verifyAll, sandbox, task } = await openWorkspace();
  const { id } = sandbox.createTask({ sequence_id: task.sequence_id });
  const { seen, told } = await verifyAll();
  expect(seen.get(facts.siblings)?.seen).toContain(`task ${id} of the sequence belongs to nobody`);
  expect(told).toContain('The rest of the sequence stays untouched');
  expect(sandbox.task(id)?.assignee_user_id).toBeNull();
});
