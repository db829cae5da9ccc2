import { expect, test } from '@jest/globals';
import { facts, openWorkspace } from '../../support/verify-topo/verification.ts';

test('a Topo that behaves as assumed shows no difference, and every task is with its owner again', async () => {
  const { verifyAll, assignees, before, sandbox } = await openWorkspace();
  const { code, seen, different, told } = await verifyAll();
  expect(different).toEqual([]);
  expect(code).toBe(0);
  expect([...seen.keys()].sort()).toEqual(Object.values(facts).sort());
  const notSeen = [...seen.values()].filter(({ verdict }) => verdict === 'could not be seen').map(({ fact }) => fact);
  expect(notSeen.sort()).toEqual(
    [facts.closed, facts.skip, facts.activities, facts.eventTypes, facts.webhookHeaders].sort(),
  );
  for (const one of seen.values()) expect(Object.keys(one)).toEqual(['fact', 'expected', 'seen', 'verdict']);
  expect(assignees()).toEqual(before);
  expect(told).toContain('Everything is with whom it was before.');
  expect(sandbox.changes.length).toBe(8);
});

test.each([
  [{ getTask: false }, [facts.ownCall]],
  [{ getSequence: false }, [facts.sequenceCall]],
  [{ listSequences: false }, [facts.runList]],
  [{ listSequenceTemplates: false }, [facts.templateList]],
  [{ listContacts: false }, [facts.contactList]],
  [{ contactEmail: 'contained' }, [facts.contactEmail]],
  [{ contactEmail: 'ignored' }, [facts.contactEmail]],
  [{ createdAtAfter: 'inclusive' }, [facts.createdAtAfter]],
  [{ createdAtAfter: 'ignored' }, [facts.createdAtAfter]],
  [{ reassigningMovesUpdatedAt: false }, [facts.moment, facts.firstPage, facts.siblingMoments]],
  [{ siblingsMoveUpdatedAt: false }, [facts.siblingMoments]],
  [{ presentAssignee: 'touched' }, [facts.repeatedMoment]],
  [{ timestampDigits: 0 }, [facts.timestamps]],
  [{ unknownUser: 'allowed' }, [facts.unknownUser]],
  [{ actionableStatuses: ['PENDING'] }, [facts.siblings]],
  [{ actionableStatuses: ['PENDING', 'IN_PROGRESS', 'COMPLETED'] }, [facts.siblings]],
] as const)('a Topo that behaves like %j differs in just that', async (assumptions, wanted) => {
  const { verifyAll, assignees, before } = await openWorkspace({ assumptions, taskCount: 300 });
  const { code, different } = await verifyAll();
  expect(different).toEqual(wanted);
  expect(code).toBe(2);
  expect(assignees()).toEqual(before);
});

test.each([
  [{ timestampDigits: 6, timestampOffset: '-05:30' }, facts.timestamps, /^6 digits, -05:30, in \d+ timestamps$/],
  [{ unknownUser: 'not found' }, facts.unknownUser, /^Topo answered 404 NotFoundIssue “User /],
  [{ unknownUser: 'refused' }, facts.unknownUser, /^Topo answered 422 BusinessIssue “User /],
  [{}, facts.unknownTask, /^Topo answered 404 NotFoundIssue “Task /],
  [{}, facts.malformedTask, /^Topo answered 400 ValidationIssue “task_id must be a uuid/],
  [{}, facts.ties, /^\d+ such tasks by updated_at, read 4 times: the order changes$/],
  [{}, facts.firstPage, /^in place 1 after 0 ms$/],
  [{}, facts.clock, /^updated_at is 0\.350 s ahead of Date/],
  [{}, facts.siblings, /^2 of 2 open ones and 0 of 1 closed ones$/],
  [{}, facts.limits, /^no such header$/],
] as const)('a Topo that behaves like %j is reported: %s', async (assumptions, fact, wanted) => {
  const { verifyAll } = await openWorkspace({ assumptions, taskCount: 300 });
  const { code, seen } = await verifyAll();
  expect(seen.get(fact)).toMatchObject({ verdict: 'as assumed', seen: expect.stringMatching(wanted) });
  expect(code).toBe(0);
});

test('without the flags for more writes, those facts are not checked and no other task moves', async () => {
  const { verifyAll, sandbox, task } = await openWorkspace();
  const { code, seen } = await verifyAll({}, ['--yes', '--json']);
  expect(code).toBe(0);
  for (const fact of [facts.siblings, facts.siblingMoments, facts.unknownUser]) {
    expect(seen.get(fact)?.verdict).toBe('could not be seen');
  }
  expect(new Set(sandbox.changes.entries.map(({ taskId }) => taskId))).toEqual(new Set([task.id]));
});

test('a Topo that does not answer at all is reported', async () => {
  const { verify, task } = await openWorkspace();
  const { code, told } = await verify(['--task', task.id, '--yes'], { apiUrl: 'http://127.0.0.1:9/v1' });
  expect(code).toBe(1);
  expect(told).toMatch(/^The key could not be used: Topo gave no answer \(.+\)\.\n$/);
});
