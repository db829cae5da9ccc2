// Slow: it runs everything once for each request that may fail.

import { expect, test } from '@jest/globals';
import type { Fault } from '../../../dev/sandbox/fault.ts';
import { isReassignment, layRoad } from '../../support/verify-topo/road.ts';
import { openWorkspace } from '../../support/verify-topo/verification.ts';

/** Every way in which a request can fail, and an interruption, at every request of a whole run. */
const mishaps: [string, Fault | 'interruption'][] = [
  ['a 500', { kind: 'status', status: 500 }],
  ['a cut connection', { kind: 'cut' }],
  ['a change whose answer is cut off', { kind: 'cut', afterwards: true }],
  ['a change whose answer is a 500', { kind: 'status', status: 500, afterwards: true }],
  ['an interruption', 'interruption'],
];

test.each(mishaps)('after %s at any request, every task is with its owner again', async (_name, mishap) => {
  const untroubled = await openWorkspace();
  const road = await layRoad(untroubled.url, {});
  await untroubled.verifyAll({ apiUrl: road.apiUrl });
  expect(road.count()).toBeGreaterThan(25);

  for (let target = 1; target <= road.count(); target += 1) {
    const { verifyAll, url, sandbox, assignees, before } = await openWorkspace();
    const interruption = new AbortController();
    const { apiUrl } = await layRoad(url, {
      before: ({ number }) => {
        if (number !== target) return;
        if (mishap === 'interruption') interruption.abort();
        else sandbox.injectFault(mishap);
      },
    });
    const { told, code } = await verifyAll({ apiUrl, interruption: interruption.signal });
    expect({ target, assignees: assignees() }).toEqual({ target, assignees: before });
    expect(told).not.toContain('!!!');
    expect(told).toMatch(/interrupted|could not be|Everything is with whom it was before/);
    if (told.includes('interrupted')) expect(code).toBe(1);
  }
});

test('a change that takes effect after its connection was cut is undone as well', async () => {
  const { verifyAll, url, sandbox, task, dora, assignees, before } = await openWorkspace();
  const { apiUrl } = await layRoad(url, {
    instead: (request) =>
      isReassignment(request) && request.path.includes(task.id) && sandbox.changes.length === 0
        ? { status: 504, body: {} }
        : undefined,
  });
  const { told } = await verifyAll(
    {
      apiUrl,
      // Longer than any pause between reads: the wait for a late change.
      wait: async (ms) => {
        if (ms === 3_000) sandbox.reassign(task.id, dora);
      },
    },
    ['--yes', '--json'],
  );
  expect(sandbox.changes.entries.map(({ next }) => next)).toContain(dora);
  expect(assignees()).toEqual(before);
  expect(told).toContain('Everything is with whom it was before.');
});

test('a task that cannot be given back is reported loudly, with its owner', async () => {
  const { verifyAll, url, sandbox, task, anna, dora } = await openWorkspace();
  let patches = 0;
  const { apiUrl } = await layRoad(url, {
    before: (request) => {
      if (!isReassignment(request) || !request.path.includes(task.id)) return;
      patches += 1;
      if (patches === 2)
        sandbox.injectFault({ kind: 'status', status: 503, method: 'PATCH', times: Number.POSITIVE_INFINITY });
    },
  });
  const { code, told } = await verifyAll({ apiUrl });
  expect(code).toBe(1);
  expect(told).toContain(`!!! TASK ${task.id} COULD NOT BE GIVEN BACK TO ${anna}. Topo answered 503`);
  expect(told).not.toContain('Everything is with whom');
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(dora);
});

test('tasks are given back even when Topo is down for a while', async () => {
  const { verifyAll, url, sandbox, assignees, before } = await openWorkspace();
  let patches = 0;
  const { apiUrl } = await layRoad(url, {
    before: (request) => {
      if (isReassignment(request)) patches += 1;
      if (isReassignment(request) && patches === 4) sandbox.injectFault({ kind: 'status', status: 502, times: 8 });
    },
  });
  const { told } = await verifyAll({ apiUrl });
  expect(told).toContain('Everything is with whom it was before.');
  expect(assignees()).toEqual(before);
});

test('a change by somebody else is left alone, and reported', async () => {
  for (const nth of [1, 2]) {
    const { verifyAll, url, sandbox, task, carl } = await openWorkspace();
    let patches = 0;
    const { apiUrl } = await layRoad(url, {
      rewrite: (body, request) => {
        if (isReassignment(request) && request.path.includes(task.id)) {
          patches += 1;
          if (patches === nth) sandbox.reassign(task.id, carl);
        }
        return body;
      },
    });
    const { code, told } = await verifyAll({ apiUrl });
    expect(code).toBe(1);
    expect(told).toContain(`Somebody else has given it to ${carl} meanwhile`);
    expect(sandbox.task(task.id)?.assignee_user_id).toBe(carl);
  }
});
