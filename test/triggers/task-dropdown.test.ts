import { describe, expect, test } from '@jest/globals';
import type { FaultKind } from '../../dev/sandbox/fault.ts';
import { startDeadline } from '../../zapier/deadline.ts';
import { listOpenTasks } from '../../zapier/tasks/list-open-tasks.ts';
import { lookUpFacts } from '../../zapier/tasks/look-up-facts.ts';
import { startOffice } from '../support/office.ts';
import { startReceiver } from '../support/receiver.ts';
import { first } from '../support/topo-sandbox.ts';
import { runApp, runInApp } from '../support/zapier-app.ts';

const perform = 'triggers.task_list.operation.perform';

type Choice = { id: string; label: string };
type App = ReturnType<typeof runApp>;

const open = async (app: App, page = 0, inputData: Record<string, unknown> = {}): Promise<Choice[]> =>
  (await app.run(perform, { inputData, meta: { page } })) as Choice[];

const dayMs = 24 * 3_600_000;

/** An office of 300 tasks, and a call of the holder’s that is three days old, in a real contact’s sequence. */
const startWithCall = async (options: Parameters<typeof startOffice>[0] = {}) => {
  const office = await startOffice({ taskCount: 300, ...options });
  const { workspace } = office;
  const [sequenceId, sequence] = first([...workspace.sequences]);
  const contact = workspace.contacts.get(sequence.contactId ?? '');
  const template = workspace.templates.find(({ id }) => id === sequence.templateId);
  if (contact === undefined || template === undefined) throw new Error('The sequence is about nobody.');
  const call = office.sandbox.createTask({
    type: 'CALL',
    priority: 'HOT',
    sequence_id: sequenceId,
    assignee_user_id: office.holder.userId,
    created_at: new Date(Date.now() - 3.5 * dayMs).toISOString(),
  });
  return { ...office, call, contact, template, sequenceId };
};

const labelIn = (choices: readonly Choice[], id: string) => choices.find((choice) => choice.id === id)?.label;

/** The call, on whichever page it is. */
const findLabel = async (app: App, id: string): Promise<string | undefined> => {
  for (let page = 0; ; page += 1) {
    const choices = await open(app, page, { task_types: 'CALL', priorities: 'HOT' });
    const label = labelIn(choices, id);
    if (label !== undefined || choices.length === 0) return label;
  }
};

describe('a label', () => {
  test('shows the type, contact and company, template, priority, age and person', async () => {
    const { app, call, contact, template, holder } = await startWithCall();
    expect(await findLabel(app, call.id)).toBe(
      `Call · ${contact.firstName} ${contact.lastName}, ${contact.companyName} · ${template.name} · Hot · 3 days old · ` +
        `${holder.name} (${holder.email})`,
    );
  });

  test('is plainer with a key that may only read tasks', async () => {
    const { appWith, call, holder, asked } = await startWithCall();
    const plain = `Call · Hot · 3 days old · ${holder.name} (${holder.email}) · ${call.id.slice(0, 8)}`;
    expect(await findLabel(appWith('tasksOnly'), call.id)).toBe(plain);
    // One refusal is enough to know: no more than those that were under way.
    expect(asked().filter((one) => one.includes('/sequences/')).length).toBeLessThanOrEqual(6);
    expect(asked().filter((one) => one.includes('/contacts/'))).toEqual([]);
  });

  test('is plainer where Topo has no route for sequences', async () => {
    const { app, call, holder } = await startWithCall({ assumptions: { getSequence: false } });
    expect(await findLabel(app, call.id)).toBe(
      `Call · Hot · 3 days old · ${holder.name} (${holder.email}) · ${call.id.slice(0, 8)}`,
    );
  });

  test.each([
    ['contacts', /^\/v1\/contacts\//, 'template'],
    ['templates', '/v1/sequence-templates', 'contact'],
  ] as const)('has what it can have when the %s are refused', async (_what, path, known) => {
    const { app, sandbox, call, contact, template, holder } = await startWithCall();
    sandbox.injectFault({ kind: 'status', status: 403, path, times: Number.POSITIVE_INFINITY });
    const label = await findLabel(app, call.id);
    const who = `${holder.name} (${holder.email})`;
    expect(label).toBe(
      known === 'template'
        ? `Call · ${template.name} · Hot · 3 days old · ${who} · ${call.id.slice(0, 8)}`
        : `Call · ${contact.firstName} ${contact.lastName}, ${contact.companyName} · Hot · 3 days old · ${who}`,
    );
  });

  test('shows that nobody has it, or a person without a name', async () => {
    const { app, sandbox, strangers } = await startOffice();
    const stranger = strangers[0]?.userId ?? '';
    const nobodys = sandbox.createTask();
    const strangers1 = sandbox.createTask({ assignee_user_id: stranger });
    const choices = await open(app);
    expect(labelIn(choices, nobodys.id)).toContain(' · unassigned · ');
    expect(labelIn(choices, strangers1.id)).toContain(` · Unnamed person ${stranger.slice(0, 8)} · `);
  });
});

describe('it opens even if the facts fail', () => {
  const spoilings: [string, FaultKind][] = [
    ['429', { kind: 'rate limit', retryAfter: 60 }],
    ['401', { kind: 'status', status: 401 }],
    ['403', { kind: 'status', status: 403 }],
    ['404', { kind: 'status', status: 404 }],
    ['500', { kind: 'status', status: 500 }],
    ['a page', { kind: 'html', status: 200 }],
    ['a gateway’s page', { kind: 'html' }],
    ['a redirect', { kind: 'html', status: 307 }],
    ['a cut', { kind: 'cut' }],
  ];
  const paths = [/^\/v1\/sequences\//, /^\/v1\/contacts\//, /^\/v1\/sequence-templates$/];
  test.each(spoilings.flatMap(([what, faultKind]) => paths.map((path) => [what, path, faultKind] as const)))(
    '%s at %s',
    async (_what, path, faultKind) => {
      const { app, sandbox } = await startOffice({ taskCount: 60 });
      sandbox.injectFault({ ...faultKind, path, times: Number.POSITIVE_INFINITY });
      const choices = await open(app);
      expect(choices.length).toBeGreaterThan(5);
      for (const { label } of choices) expect(label).toMatch(/^[A-Z].* · (new|\d+ (hour|day)s? old) · .+/);
    },
  );

  test('after a 429 the labels use what was read so far, and few more requests follow', async () => {
    const { app, sandbox, asked } = await startOffice({ taskCount: 300 });
    const [tenth] = await open(app).then((choices) => choices.slice(9));
    const task = sandbox.task(tenth?.id ?? '');
    sandbox.requests.clear();
    sandbox.injectFault({
      kind: 'rate limit',
      path: `/v1/sequences/${task?.sequence_id}`,
      times: Number.POSITIVE_INFINITY,
    });
    const choices = await open(app);
    const sequencesAsked = asked().filter((one) => one.includes('/sequences/')).length;
    expect(choices).toHaveLength(30);
    expect(sequencesAsked).toBeLessThanOrEqual(15);
    expect(choices.filter(({ label }) => /, /.test(label)).length).toBeGreaterThan(0);
    expect(labelIn(choices, tenth?.id ?? '')).toContain(tenth?.id.slice(0, 8));
  });

  test('facts take eight seconds at most', async () => {
    const { variables, workspace, sandbox } = await startOffice({ taskCount: 100 });
    const { run } = runInApp(variables, workspace.keys.full, async (z) => {
      const nowMs = () => (sandbox.requests.count(({ path }) => path.includes('/sequences/')) < 3 ? 0 : 8_000);
      const deadline = startDeadline(nowMs);
      const { tasks } = await listOpenTasks(z, {}, 30, deadline);
      const factsOf = await lookUpFacts(z, tasks, deadline);
      return { facts: tasks.map(factsOf), remainingMs: deadline.remainingMs() };
    });
    const { facts, remainingMs } = (await run()) as { facts: { contact: string | null }[]; remainingMs: number };
    expect(remainingMs).toBe(17_000);
    expect(facts.length).toBeGreaterThan(9);
    expect(facts.every(({ contact }) => contact === null)).toBe(true);
    expect(sandbox.requests.count(({ path }) => path.includes('/sequences/'))).toBeLessThanOrEqual(9);
    expect(sandbox.requests.count(({ path }) => path.includes('/contacts/'))).toBe(0);
  });

  test('the list does without facts that cannot be read', async () => {
    const { variables, workspace, sandbox } = await startOffice({ taskCount: 50 });
    sandbox.injectFault({ kind: 'delay', delayMs: 60_000, path: /sequences\//, times: Number.POSITIVE_INFINITY });
    const { run } = runInApp(variables, workspace.keys.full, async (z) => {
      const { tasks } = await listOpenTasks(
        z,
        {},
        30,
        startDeadline(() => 0),
      );
      const factsOf = await lookUpFacts(z, tasks, { remainingMs: () => 50, mayStartWrite: () => true });
      return { facts: tasks.map(factsOf) };
    });
    const { facts } = (await run()) as { facts: unknown[] };
    expect(new Set(facts.map((fact) => JSON.stringify(fact)))).toEqual(
      new Set(['{"contact":null,"sequenceTemplate":null}']),
    );
  });

  test('the directory may be down', async () => {
    const { app, server } = await startOffice({ taskCount: 20 });
    server.receiver.answer = (response) => response.destroy();
    expect((await open(app)).length).toBeGreaterThan(0);
  });
});

describe('page by page', () => {
  test('every open task appears once, newest first, until the list ends', async () => {
    const { appWith, workspace } = await startOffice({ taskCount: 300 });
    // With a key that reads tasks alone each page costs few requests.
    const app = appWith('tasksOnly');
    const found: string[] = [];
    for (let page = 0; ; page += 1) {
      const choices = await open(app, page);
      expect(choices.length).toBeLessThanOrEqual(30);
      if (choices.length === 0) break;
      found.push(...choices.map(({ id }) => id));
    }
    const openTasks = workspace.tasks.filter(({ status }) => status === 'PENDING' || status === 'IN_PROGRESS');
    expect(openTasks.length).toBeGreaterThan(100);
    expect([...found].sort()).toEqual(openTasks.map(({ id }) => id).sort());
    const createdAt = new Map(openTasks.map((task) => [task.id, Date.parse(task.created_at)]));
    const moments = found.map((id) => createdAt.get(id) ?? 0);
    expect(moments).toEqual([...moments].sort((one, other) => other - one));
  });

  test('type, priority and template make it shorter', async () => {
    const { app, workspace, asked } = await startOffice({ taskCount: 300 });
    const [template] = workspace.templates;
    const choices = await open(app, 0, {
      task_types: ['call'],
      priorities: 'HOT, TODAY',
      sequence_template_ids: template?.id,
      task_id: 'ignored',
      assignee_user_id: 'ignored',
    });
    const wanted = workspace.tasks.filter(
      (task) =>
        task.type === 'CALL' &&
        ['HOT', 'TODAY'].includes(task.priority) &&
        ['PENDING', 'IN_PROGRESS'].includes(task.status) &&
        workspace.sequences.get(task.sequence_id)?.templateId === template?.id,
    );
    expect(wanted.length).toBeGreaterThan(0);
    expect(choices.map(({ id }) => id).sort()).toEqual(
      wanted
        .slice(-30)
        .map(({ id }) => id)
        .sort(),
    );
    expect(asked().filter((one) => one === 'GET /v1/tasks')).toHaveLength(2);
  });

  test('the first page costs two requests for the list, one for each sequence and contact, and one for templates', async () => {
    const { app, sandbox, asked } = await startOffice({ taskCount: 300 });
    const choices = await open(app);
    const sequences = new Set(choices.map(({ id }) => sandbox.task(id)?.sequence_id));
    const count = (part: string) => asked().filter((one) => one.includes(part)).length;
    expect(count('GET /v1/tasks')).toBe(2);
    expect(count('/sequences/')).toBe(sequences.size);
    expect(count('/contacts/')).toBeLessThanOrEqual(sequences.size);
    expect(count('/sequence-templates')).toBe(1);
  });
});

describe('what others typed', () => {
  const task = {
    id: '3c90c3cc-0d44-4b50-8888-8dd25736052a',
    organization_id: '5a7f3e21-9c84-4b1d-8e60-f3d2c1b0a987',
    type: 'constructor',
    priority: 'toString',
    status: 'PENDING',
    sequence_id: 'c4e19d72-0b36-4f58-a1d9-6e8b7c5a4f32',
    assignee_user_id: null,
    created_at: new Date().toISOString(),
    updated_at: new Date().toISOString(),
  };
  const labelWith = async (contact: Record<string, unknown>, template: Record<string, unknown> = {}) => {
    const pages: [RegExp, unknown][] = [
      [/^\/v1\/tasks\?.*status=PENDING/, { items: [task], total_count: 1, total_pages: 1, has_more: false }],
      [/^\/v1\/tasks\?/, { items: [], total_count: 0, total_pages: 0, has_more: false }],
      [/^\/v1\/sequences\//, { id: task.sequence_id, contact_id: 'c 1/../x', sequence_template_id: 't1' }],
      [/^\/v1\/contacts\/c%201%2F\.\.%2Fx$/, { id: 'c1', ...contact }],
      [/./, { items: [{ id: 't1', ...template }], total_count: 1, total_pages: 1, has_more: false }],
    ];
    const { url } = await startReceiver((response, { path }) => {
      const [, answer] = pages.find(([pattern]) => pattern.test(path)) ?? [];
      response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
    });
    return first(await open(runApp({ TOPO_API_URL: `${url}/v1` }, 'topo_key'))).label;
  };

  test('holds no markup, no control characters and no marks in a label, and stays short', async () => {
    const label = await labelWith(
      { first_name: '<b>Ada\u202e</b>', last_name: 'Mo\nr\u0000eau', company_name: `Init\u2028ech ${'x'.repeat(300)}` },
      { name: '<script src="//x">\u2066Trial\u200b' },
    );
    expect(label).toMatch(
      /^Constructor · ‹b›Ada ‹\/b› Mo r eau, Init ech x{71}… · ‹script src="\/\/x"› Trial · Tostring · new/,
    );
    expect(label).not.toMatch(/[<>\p{Cc}\p{Cf}\p{Zl}\p{Zp}]/u);
  });

  test.each([
    ['an e-mail in place of a name', { email: 'ada@example.com' }, ' · ada@example.com · '],
    ['a last name alone', { last_name: ' Moreau ', email: 'ada@example.com' }, ' · Moreau · '],
    ['a company alone', { company_name: 'Initech' }, ' · Initech · '],
    [
      'nothing but blanks',
      { first_name: ' ', last_name: '\u200b', company_name: '' },
      'Constructor · Tostring · new · unassigned · 3c90c3cc',
    ],
    ['nothing', {}, 'Constructor · Tostring · new · unassigned · 3c90c3cc'],
  ])('may be %s', async (_what, contact, shown) => {
    expect(await labelWith(contact)).toContain(shown);
  });
});

test('a task that Topo returns malformed costs the dropdown no other task', async () => {
  const { app, sandbox, createTask } = await startOffice({ taskCount: 0 });
  const [bad, good] = [createTask(), createTask()];
  sandbox.malform(bad.id, { created_at: null });
  expect((await open(app)).map(({ id }) => id)).toEqual([good.id]);
});
