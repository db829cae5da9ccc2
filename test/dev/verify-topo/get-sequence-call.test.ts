import { expect, test } from '@jest/globals';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

test('with a key without sequences:read that one fact could not be seen', async () => {
  const { verifyAll, workspace } = await openWorkspace();
  const { code, seen } = await verifyAll({ key: workspace.keys.tasksOnly });
  expect(seen.get(facts.sequenceCall)).toMatchObject({
    verdict: 'could not be seen',
    seen: 'the key lacks sequences:read',
  });
  expect(code).toBe(0);
});
