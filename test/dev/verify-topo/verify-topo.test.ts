// Slow: it waits in real time.

import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, expect, test } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import type { Fault } from '../../../dev/sandbox/fault.ts';
import type { Task } from '../../../dev/sandbox/workspace/task.ts';
import { type CommandPorts, runCommand } from '../../../dev/verify-topo/run-command.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

type Seen = { fact: string; expected: string; seen: string; verdict: string };

const facts = {
  ownCall: 'GET /v1/tasks/{id} exists',
  sequenceCall: 'GET /v1/sequences/{id} exists',
  createdAtAfter: 'The task list takes created_at_after',
  ties: 'Tasks of the same moment come in a stable order',
  unknownTask: 'Reassigning a task that is not there',
  malformedTask: 'Reassigning with a malformed task id',
  answer: 'The PATCH answers the task',
  moment: 'Reassigning moves updated_at',
  clock: 'The Date header and updated_at are of one clock',
  firstPage: 'The task list by updated_at, newest first, shows the change',
  closed: 'Reassigning a closed task',
  repetition: 'Repeating a PATCH, to the present assignee, is accepted',
  repeatedMoment: 'Repeating a PATCH moves updated_at',
  timestamps: 'Timestamps have digits of a second, and a zone',
  unknownUser: 'Reassigning to a user who does not exist',
  siblings: 'Scope SEQUENCE gives the sequence’s other tasks, too',
  siblingMoments: 'Scope SEQUENCE moves updated_at of those tasks',
  skip: 'POST /v1/tasks/{id}/skip exists',
  limits: 'Answers say what the rate limit is',
} as const;

const all = ['--yes', '--json', '--sequence', '--unknown-user'];

/** A workspace with a task of Anna's that has open and closed siblings, all of a while ago. */
const open = async (options: SandboxOptions = {}) => {
  let nowMs = Date.parse('2026-03-02T09:00:00.250Z');
  const sandbox = createSandbox({ clock: () => new Date(nowMs), taskCount: 40, ...options });
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace] = sandbox.workspaces;
  const [anna = '', ben = '', carl = '', dora = ''] = workspace.people.map(({ userId }) => userId);
  const old = { created_at: '2026-02-20T08:00:00Z', updated_at: '2026-02-21T08:00:00Z' };
  const task = sandbox.createTask({ ...old, assignee_user_id: anna });
  const { sequence_id } = task;
  const siblings = [
    sandbox.createTask({ ...old, sequence_id, assignee_user_id: anna }),
    sandbox.createTask({ ...old, sequence_id, assignee_user_id: ben, status: 'IN_PROGRESS' }),
    sandbox.createTask({ ...old, sequence_id, assignee_user_id: carl, status: 'COMPLETED' }),
  ];
  const assignees = () => Object.fromEntries(workspace.tasks.map((each) => [each.id, each.assignee_user_id]));
  const before = assignees();

  const waits: number[] = [];
  const verify = async (
    args: string[],
    {
      apiUrl = url,
      key = workspace.keys.full,
      ...ports
    }: Partial<CommandPorts> & { apiUrl?: string; key?: string } = {},
  ) => {
    let printed = '';
    let told = '';
    const code = await runCommand(
      { args, environment: { TOPO_API_URL: apiUrl, TOPO_API_KEY: key } },
      {
        print: (text) => {
          printed += text;
        },
        tell: (text) => {
          told += text;
        },
        confirm: undefined,
        wait: async (ms, signal) => {
          signal?.throwIfAborted();
          waits.push(ms);
          nowMs += ms;
        },
        clock: () => nowMs,
        interruption: new AbortController().signal,
        width: 132,
        ...ports,
      },
    );
    expect(printed + told).not.toContain(key);
    return { code, printed, told };
  };

  /** Verifies everything, and returns the findings by fact. */
  const verifyAll = async (ports: Parameters<typeof verify>[1] = {}, args: string[] = all) => {
    const { code, printed, told } = await verify(['--task', task.id, '--to', dora, ...args], ports);
    const lines = printed.split('\n').slice(0, -1);
    const seen = new Map(lines.map((line) => JSON.parse(line) as Seen).map((one) => [one.fact, one]));
    const different = [...seen.values()].filter(({ verdict }) => verdict === 'different').map(({ fact }) => fact);
    return { code, told, seen, different };
  };

  return {
    sandbox,
    workspace,
    url,
    task,
    siblings,
    anna,
    ben,
    carl,
    dora,
    before,
    assignees,
    waits,
    verify,
    verifyAll,
  };
};

/** What a proxy between the command and the sandbox does; `number` counts requests from 1. */
type Road = {
  before?: (request: { method: string; path: string; number: number }) => void;
  headers?: Record<string, string>;
  /** Answers in place of the sandbox. */
  instead?: (request: {
    method: string;
    path: string;
    number: number;
    key: string;
  }) => { status: number; body: unknown } | undefined;
  /** Replaces an answer's body. */
  rewrite?: (body: unknown, request: { method: string; path: string; number: number }) => unknown;
};

const textOf = async (request: IncomingMessage): Promise<string> => {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text;
};

const lay = async (url: string, { before, headers = {}, instead, rewrite = (body) => body }: Road) => {
  let count = 0;
  const server = createServer(async (request, response) => {
    count += 1;
    const { method = '', url: path = '' } = request;
    const asked = { method, path, number: count };
    const sent = await textOf(request);
    before?.(asked);
    const key = request.headers.authorization?.replace('Bearer ', '') ?? '';
    const own = instead?.({ ...asked, key });
    if (own !== undefined) {
      response.writeHead(own.status, { 'content-type': 'application/json', ...headers });
      response.end(JSON.stringify(own.body));
      return;
    }
    try {
      const answer = await fetch(new URL(path, url), {
        method,
        headers: { authorization: request.headers.authorization ?? '', 'content-type': 'application/json' },
        ...(sent === '' ? {} : { body: sent }),
      });
      const body = rewrite(await answer.json(), asked);
      const passed = ['date', 'retry-after'].flatMap((name) => {
        const value = answer.headers.get(name);
        return value === null ? [] : [[name, value]];
      });
      response.writeHead(answer.status, {
        'content-type': 'application/json',
        ...Object.fromEntries(passed),
        ...headers,
      });
      response.end(JSON.stringify(body));
    } catch {
      request.socket.destroy();
    }
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  closers.push(async () => {
    server.close();
    server.closeAllConnections();
  });
  return { apiUrl: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, count: () => count };
};

const isReassignment = ({ method }: { method: string }) => method === 'PATCH';

test('a Topo that behaves as assumed shows no difference, and every task is with its owner again', async () => {
  const { verifyAll, assignees, before, sandbox } = await open();
  const { code, seen, different, told } = await verifyAll();
  expect(different).toEqual([]);
  expect(code).toBe(0);
  expect([...seen.keys()].sort()).toEqual(Object.values(facts).sort());
  const notSeen = [...seen.values()].filter(({ verdict }) => verdict === 'could not be seen').map(({ fact }) => fact);
  expect(notSeen.sort()).toEqual([facts.closed, facts.skip].sort());
  for (const one of seen.values()) expect(Object.keys(one)).toEqual(['fact', 'expected', 'seen', 'verdict']);
  expect(assignees()).toEqual(before);
  expect(told).toContain('Everything is with whom it was before.');
  expect(sandbox.changes.length).toBe(8);
});

test.each([
  [{ getTask: false }, [facts.ownCall]],
  [{ getSequence: false }, [facts.sequenceCall]],
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
  const { verifyAll, assignees, before } = await open({ assumptions, taskCount: 300 });
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
  const { verifyAll } = await open({ assumptions, taskCount: 300 });
  const { code, seen } = await verifyAll();
  expect(seen.get(fact)).toMatchObject({ verdict: 'as assumed', seen: expect.stringMatching(wanted) });
  expect(code).toBe(0);
});

test.each([
  ['refused', 'as assumed', /^Topo answered 422/, 'could not be seen'],
  ['allowed', 'as assumed', /^done, though it is COMPLETED$/, 'as assumed'],
] as const)('a closed task is %s', async (closedTask, verdict, wanted, moment) => {
  const { verify, sandbox, anna, dora } = await open({ assumptions: { closedTask } });
  const task = sandbox.createTask({ assignee_user_id: anna, status: 'COMPLETED' });
  const { code, printed } = await verify(['--task', task.id, '--to', dora, '--yes', '--json']);
  const seen = printed
    .split('\n')
    .slice(0, -1)
    .map((line) => JSON.parse(line) as Seen);
  const find = (fact: string) => seen.find((one) => one.fact === fact);
  expect(find(facts.closed)).toMatchObject({ verdict, seen: expect.stringMatching(wanted) });
  expect(find(facts.moment)).toMatchObject({ verdict: moment });
  expect(code).toBe(0);
  expect(sandbox.task(task.id)?.assignee_user_id).toBe(anna);
});

test('a Date header far from updated_at is reported with the difference', async () => {
  const { verifyAll, url } = await open();
  const { apiUrl } = await lay(url, { headers: { date: 'Mon, 02 Mar 2026 08:55:00 GMT' } });
  const { code, seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.clock)).toMatchObject({
    verdict: 'different',
    seen: expect.stringContaining('301.350 s ahead'),
  });
  expect(code).toBe(2);
});

test('headers about the rate limit are shown', async () => {
  const { verifyAll, url } = await open();
  const { apiUrl } = await lay(url, { headers: { 'X-RateLimit-Limit': '600', 'x-ratelimit-remaining': '1' } });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.limits)?.seen).toBe('x-ratelimit-limit: 600, x-ratelimit-remaining: 1');
});

test('a 429 is retried after the wait that it asks for', async () => {
  const { verifyAll, sandbox, waits } = await open();
  sandbox.injectFault({ kind: 'rate limit', retryAfter: 7, method: 'PATCH', times: 2 });
  const { code, seen } = await verifyAll();
  expect(code).toBe(0);
  expect(waits.filter((ms) => ms === 7_000)).toHaveLength(2);
  expect(seen.get(facts.limits)?.seen).toBe('retry-after: 7');
});

test('an answer that still names the old assignee is a difference', async () => {
  const { verifyAll, url, anna, assignees, before } = await open();
  const { apiUrl } = await lay(url, {
    rewrite: (body, request) => (isReassignment(request) ? { ...(body as Task), assignee_user_id: anna } : body),
  });
  const { code, different } = await verifyAll({ apiUrl });
  expect(different).toContain(facts.answer);
  expect(code).toBe(2);
  expect(assignees()).toEqual(before);
});

test('an answer of another shape is a difference, and the task is given back', async () => {
  const { verifyAll, url, assignees, before } = await open();
  const { apiUrl } = await lay(url, { rewrite: (body, request) => (isReassignment(request) ? {} : body) });
  const { different, code, told } = await verifyAll({ apiUrl });
  expect(different).toContain(facts.answer);
  expect(code).toBe(2);
  expect(told).toContain('Everything is with whom it was before.');
  expect(assignees()).toEqual(before);
});

test('a list that does not show the change within a minute is a difference, and a slow list is reported with its delay', async () => {
  for (const [lateMs, verdict, wanted] of [
    [Number.POSITIVE_INFINITY, 'different', /^not on page 1 within 6\d s$/],
    [9_000, 'as assumed', /^in place 1 after \d{4,5} ms$/],
  ] as const) {
    const { verifyAll, url, task, waits } = await open();
    let shown: unknown;
    let freshAt = Number.POSITIVE_INFINITY;
    const elapsed = () => waits.reduce((sum, ms) => sum + ms, 0);
    const { apiUrl } = await lay(url, {
      rewrite: (body, request) => {
        if (isReassignment(request) && request.path.includes(task.id)) freshAt = elapsed() + lateMs;
        if (!request.path.includes('sort_by=updated_at')) return body;
        shown ??= body;
        return elapsed() >= freshAt ? body : shown;
      },
    });
    const { seen } = await verifyAll({ apiUrl }, ['--yes', '--json']);
    expect(seen.get(facts.firstPage)).toMatchObject({ verdict, seen: expect.stringMatching(wanted) });
  }
});

test('a refused repetition is a difference', async () => {
  const { verifyAll, url, dora, assignees, before, task, sandbox } = await open();
  const { apiUrl } = await lay(url, {
    instead: (request) =>
      isReassignment(request) && sandbox.task(task.id)?.assignee_user_id === dora && request.number < 25
        ? { status: 409, body: { type: 'CommitIssue', message: 'They have it already.' } }
        : undefined,
  });
  const { different } = await verifyAll({ apiUrl }, ['--yes', '--json']);
  expect(different).toEqual([facts.repetition]);
  expect(assignees()).toEqual(before);
});

test('without the flags for more writes, those facts are not checked and no other task moves', async () => {
  const { verifyAll, sandbox, task } = await open();
  const { code, seen } = await verifyAll({}, ['--yes', '--json']);
  expect(code).toBe(0);
  for (const fact of [facts.siblings, facts.siblingMoments, facts.unknownUser]) {
    expect(seen.get(fact)?.verdict).toBe('could not be seen');
  }
  expect(new Set(sandbox.changes.entries.map(({ taskId }) => taskId))).toEqual(new Set([task.id]));
});

/** Every way in which a request can fail, and an interruption, at every request of a whole run. */
const mishaps: [string, Fault | 'interruption'][] = [
  ['a 500', { kind: 'status', status: 500 }],
  ['a cut connection', { kind: 'cut' }],
  ['a change whose answer is cut off', { kind: 'cut', afterwards: true }],
  ['a change whose answer is a 500', { kind: 'status', status: 500, afterwards: true }],
  ['an interruption', 'interruption'],
];

test.each(mishaps)('after %s at any request, every task is with its owner again', async (_name, mishap) => {
  const untroubled = await open();
  const road = await lay(untroubled.url, {});
  await untroubled.verifyAll({ apiUrl: road.apiUrl });
  expect(road.count()).toBeGreaterThan(25);

  for (let target = 1; target <= road.count(); target += 1) {
    const { verifyAll, url, sandbox, assignees, before } = await open();
    const interruption = new AbortController();
    const { apiUrl } = await lay(url, {
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
  const { verifyAll, url, sandbox, task, dora, assignees, before } = await open();
  const { apiUrl } = await lay(url, {
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
  const { verifyAll, url, sandbox, task, anna, dora } = await open();
  let patches = 0;
  const { apiUrl } = await lay(url, {
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
  const { verifyAll, url, sandbox, assignees, before } = await open();
  let patches = 0;
  const { apiUrl } = await lay(url, {
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
    const { verifyAll, url, sandbox, task, carl } = await open();
    let patches = 0;
    const { apiUrl } = await lay(url, {
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

test('a sibling that changed just before prevents the sequence from being moved', async () => {
  const { verifyAll, url, sandbox, siblings, carl } = await open();
  const id = siblings[0]?.id ?? '';
  const { apiUrl } = await lay(url, {
    before: (request) => {
      if (isReassignment(request)) sandbox.reassign(id, carl);
    },
  });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.siblings)?.seen).toBe(`task ${id} of the sequence was changed meanwhile`);
  expect(sandbox.task(id)?.assignee_user_id).toBe(carl);
});

test('a sequence with an unassigned task is not moved, because that task could not be given back', async () => {
  const { verifyAll, sandbox, task } = await open();
  const { id } = sandbox.createTask({ sequence_id: task.sequence_id });
  const { seen, told } = await verifyAll();
  expect(seen.get(facts.siblings)?.seen).toContain(`task ${id} of the sequence belongs to nobody`);
  expect(told).toContain('The rest of the sequence stays untouched');
  expect(sandbox.task(id)?.assignee_user_id).toBeNull();
});

test('the question says what is going to happen, and after “no” nothing does', async () => {
  const { verify, task, anna, dora, siblings, sandbox } = await open();
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
  const { verify, task, dora, sandbox } = await open();
  const { code } = await verify(['--task', task.id, '--to', dora], { confirm: async () => true });
  expect(code).toBe(0);
  expect(sandbox.changes.length).toBe(2);
});

test('without a terminal it requires --yes, before anything is sent', async () => {
  const { verify, task, sandbox } = await open();
  const { code, told } = await verify(['--task', task.id]);
  expect(code).toBe(1);
  expect(told).toBe('Nobody can be asked here whether the task may be reassigned: say so beforehand with --yes.\n');
  expect(sandbox.requests.length).toBe(0);
});

test('the table says what each difference means', async () => {
  const { verify, task, dora } = await open({ assumptions: { getSequence: false } });
  const { code, printed } = await verify(['--task', task.id, '--to', dora, '--yes'], { width: 100 });
  expect(code).toBe(2);
  const [head = '', rule = ''] = printed.split('\n');
  expect(head).toMatch(/^fact +expected +seen +verdict$/);
  expect(rule.length).toBeLessThanOrEqual(100);
  expect(printed).toMatch(/GET \/v1\/sequences.+different/);
  expect(printed).toMatch(
    /What is different means:\n {2}GET \/v1\/sequences\/\{id\} exists: A filter on sequence templates /,
  );
  const table = printed.split('\n\nWhat')[0] ?? '';
  expect(Math.max(...table.split('\n').map((line) => line.length))).toBeLessThanOrEqual(100);
});

test('without --to the task goes to an assignee of one of the newest tasks', async () => {
  const { verify, task, anna, ben, sandbox, workspace } = await open();
  const { code } = await verify(['--task', task.id, '--yes', '--sequence']);
  expect(code).toBe(0);
  const borrower = sandbox.changes.entries[0]?.next;
  expect(workspace.people.map(({ userId }) => userId)).toContain(borrower);
  expect([anna, ben]).not.toContain(borrower);
});

test('a reason not to run is printed as a sentence', async () => {
  const { verify, task, anna, workspace, sandbox } = await open();
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
  const { verify, sandbox } = await open({ taskCount: 0 });
  const [workspace] = sandbox.workspaces;
  for (const { id } of workspace.tasks) sandbox.deleteTask(id);
  const task = sandbox.createTask({ assignee_user_id: workspace.people[0]?.userId ?? '' });
  const { code, told } = await verify(['--task', task.id, '--yes']);
  expect({ code, told }).toEqual({
    code: 1,
    told: 'Nobody else is seen among the newest tasks. Name whom to give the task to with --to USER_ID.\n',
  });
});

test('with a key without sequences:read that one fact could not be seen', async () => {
  const { verifyAll, workspace } = await open();
  const { code, seen } = await verifyAll({ key: workspace.keys.tasksOnly });
  expect(seen.get(facts.sequenceCall)).toMatchObject({
    verdict: 'could not be seen',
    seen: 'the key lacks sequences:read',
  });
  expect(code).toBe(0);
});

test('a key that Topo quotes is not printed, nor are control characters', async () => {
  const { verifyAll, url } = await open();
  const { apiUrl } = await lay(url, {
    instead: (request) =>
      request.path.includes('/sequences/')
        ? { status: 418, body: { message: `No\u001b[31m use for ${request.key}` } }
        : undefined,
  });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.sequenceCall)?.seen).toBe('Topo answered 418 “No [31m use for [secret]”');
});

test('no part of the key is printed when a long text is cut, nor a key in a header', async () => {
  const { verifyAll, url, workspace } = await open();
  const key = workspace.keys.full;
  const { apiUrl } = await lay(url, {
    headers: { 'x-ratelimit-scope': key },
    instead: (request) =>
      request.path.includes('/sequences/')
        ? { status: 418, body: { message: `${'x'.repeat(120)} ${key}` } }
        : undefined,
  });
  const { seen } = await verifyAll({ apiUrl });
  expect(seen.get(facts.sequenceCall)?.seen).not.toContain(key.slice(0, 10));
  expect(seen.get(facts.limits)?.seen).toBe('x-ratelimit-scope: [secret]');
});

test('a Topo that does not answer at all is reported', async () => {
  const { verify, task } = await open();
  const { code, told } = await verify(['--task', task.id, '--yes'], { apiUrl: 'http://127.0.0.1:9/v1' });
  expect(code).toBe(1);
  expect(told).toMatch(/^The key could not be used: Topo gave no answer \(.+\)\.\n$/);
});

test.each([
  [{}, 'TOPO_API_KEY is missing: make a key in Topo under Settings → Developers → API Keys.\n'],
  [{ TOPO_API_KEY: ' ' }, 'TOPO_API_KEY is missing'],
  [{ TOPO_API_KEY: 'topo_a\nb' }, 'TOPO_API_KEY must be the key alone'],
  [{ TOPO_API_KEY: 'topo_a', TOPO_API_URL: 'http://api.topo.io/v1' }, 'TOPO_API_URL must be an https URL'],
  [{ TOPO_API_KEY: 'topo_a', TOPO_API_URL: 'https://api.topo.io/v1?' }, 'TOPO_API_URL must be an https URL'],
  [{ TOPO_API_KEY: 'topo_a', TOPO_API_URL: 'https://me:secret@api.topo.io/v1' }, 'TOPO_API_URL must be an https URL'],
])('wrong settings %j are named, without their values', async (environment: Record<string, string>, wanted) => {
  let told = '';
  const never = () => Promise.reject(new Error('This is not to be called.'));
  const code = await runCommand(
    { args: ['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--yes'], environment },
    {
      print: () => {},
      tell: (text) => {
        told += text;
      },
      confirm: undefined,
      wait: never,
      clock: () => 0,
      interruption: new AbortController().signal,
      width: 80,
    },
  );
  expect(code).toBe(1);
  expect(told).toContain(wanted);
  expect(told).not.toMatch(/topo_a|secret/);
});

test.each([
  [[], '--task is missing'],
  [['--task'], '--task takes one id'],
  [['--task', 'mine'], '--task takes one id'],
  [['--task=3c90c3cc-0d44-4b50-8888-8dd25736052a', '--to', '7'], '--to takes one id'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--yes=1'], '--yes takes no value'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--frob'], '“--frob” is unknown here'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '-y'], '“-y” is unknown here'],
  [['--task', '3c90c3cc-0d44-4b50-8888-8dd25736052a', '--json', '--json'], '--json may be given only once'],
  [['mine'], '“mine” belongs to no flag'],
])('for wrong flags %j a sentence names the first wrong one', async (args: string[], wanted) => {
  const { verify, sandbox } = await open({ taskCount: 1 });
  const { code, told } = await verify(args);
  expect(code).toBe(1);
  expect(told).toContain(wanted);
  expect(told).toContain('Use: npm run verify:topo -- --task ID');
  expect(sandbox.requests.length).toBe(0);
});
