import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { SubscribeRequest } from '../../contract/hook.ts';
import { createSandbox } from '../../dev/sandbox/create-sandbox.ts';
import { sampleEvent } from '../../zapier/events/event-output.ts';
import { type Step, steps } from '../support/definition.ts';
import { startReceiver } from '../support/receiver.ts';
import { deliver, subscribed } from '../support/small-webhook-server.ts';
import { keepRequests, runApp, type Thrown } from '../support/zapier-app.ts';

const seed = Number(process.env['SEED'] ?? 20_260_302);
const numRuns = Number(process.env['FIELD_RUNS'] ?? 40);

// Core ends a process that has run 250 times and holds more than 450 MB, as Zapier starts another one.
const { memoryUsage } = process;
process.memoryUsage = Object.assign(() => ({ ...memoryUsage(), rss: 0 }), memoryUsage);

const taskId = '8d2b6c1e-5f0a-4c67-9d43-2b7a1f90e6c5';
const templateId = '6f1e2d3c-4b5a-4968-8776-a5b4c3d2e1f0';

/** What people type, paste and map, and what somebody with bad intentions does. */
const oddTexts = [
  '',
  ' \n\t\u00a0',
  '../',
  '../../me',
  '..%2f..%2fme',
  '%2f',
  '%',
  '%00',
  '?scope=SEQUENCE',
  '#assignee',
  '&page=2&size=9999',
  'a\r\nHost: evil.example\r\n\r\nGET /',
  'line\nbreak',
  '\u0000\u0007\u001b[31m',
  '\u202eevil\u202c',
  '\ud800',
  '💥👩‍👩‍👧‍👦',
  '山田 ゆき',
  '<script>alert(1)</script>',
  '"><img src=x>',
  "'; drop table tasks; --",
  '{{bundle.authData.api_key}}',
  '{{nothing}}',
  '$(id) `id` %{id}',
  '__proto__',
  'constructor',
  'toString',
  'null',
  'undefined',
  'NaN',
  '1e9',
  '-1',
  'javascript:alert(1)',
  'https://evil.example/',
  `https://evil.example/tasks/${taskId}?to=${templateId}`,
  `//evil.example/${taskId}`,
  `\\\\evil.example\\${taskId}`,
  `../../sequences/${taskId}`,
  `${taskId}/../../me?x=${taskId}#${taskId}`,
  `${taskId}${taskId}`,
  `${taskId.slice(0, -1)}g`,
  `Kim <kim@example.com>`,
  'kim@example.com, robin@example.com',
  '2026-03-04T14:30:00Z',
  '2026-02-31',
  '+275760-09-13T00:00:00.001Z',
  'yes',
  'TASK',
  'CALL',
  'x'.repeat(10_000),
  'ü💥'.repeat(3_000),
  '/'.repeat(10_000),
  `${taskId},`.repeat(270),
  Array.from({ length: 300 }, (_, n) => `${String(n).padStart(8, '0')}${taskId.slice(8)}`).join(' '),
  'CALL,'.repeat(2_000),
  Array.from({ length: 500 }, (_, n) => `WORD_${n}`).join(','),
];

const text = fc.oneof(
  fc.constantFrom(...oddTexts),
  fc.string({ unit: 'grapheme', maxLength: 40 }),
  fc.string({ unit: 'binary', maxLength: 40 }),
  fc.tuple(fc.constantFrom(...oddTexts), fc.constantFrom(...oddTexts)).map((two) => two.join('')),
);

/** A field may hold what any step's data may: whatever can be written as JSON. */
const value = fc
  .oneof(
    { weight: 4, arbitrary: text },
    { weight: 1, arbitrary: fc.array(text, { maxLength: 4 }) },
    {
      weight: 1,
      arbitrary: fc.oneof(
        fc.integer(),
        fc.double({ noNaN: true, noDefaultInfinity: true }),
        fc.boolean(),
        fc.constant(null),
      ),
    },
    { weight: 1, arbitrary: fc.jsonValue({ maxDepth: 3 }) },
    {
      weight: 1,
      arbitrary: fc.dictionary(fc.constantFrom('toString', 'valueOf', 'toJSON', 'length', 'id', '0'), text),
    },
  )
  .map((one): unknown => JSON.parse(JSON.stringify(one)));

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';
const isUuid = (one: string) => new RegExp(`^${uuid}$`).test(one);
const isWord = (one: string) => /^[A-Z0-9_]{1,64}$/.test(one);
const isCount = (one: string) => /^[1-9]\d{0,4}$/.test(one);
const oneOf =
  (...words: string[]) =>
  (one: string) =>
    words.includes(one);

type Parameters = Record<string, (one: string) => boolean>;
const paging: Parameters = { page: isCount, size: isCount };

/** Every request of Topo's that its documentation has and the app makes, and every parameter. */
const topoRoutes: [string, RegExp, Parameters][] = [
  [
    'GET',
    /^\/v1\/tasks$/,
    {
      ...paging,
      sort_by: oneOf('created_at', 'updated_at'),
      sort_order: oneOf('asc', 'desc'),
      sequence_id: isUuid,
      sequence_template_ids: isUuid,
      types: isWord,
      status: isWord,
      priorities: isWord,
      assignee_user_id: isUuid,
    },
  ],
  ['GET', new RegExp(`^/v1/tasks/${uuid}$`), {}],
  ['PATCH', new RegExp(`^/v1/tasks/${uuid}/assignee$`), {}],
  ['GET', new RegExp(`^/v1/sequences/${uuid}$`), {}],
  ['GET', new RegExp(`^/v1/contacts/${uuid}$`), {}],
  ['GET', /^\/v1\/sequence-templates$/, paging],
];

const filters: Parameters = {
  events: oneOf('task.reassigned', 'task.created', 'task.closed', 'task.reopened'),
  new_assignee_ids: (value) => value === 'none' || isUuid(value),
  previous_assignee_ids: isUuid,
  sequence_template_ids: isUuid,
  task_types: isWord,
  priorities: isWord,
  kinds: oneOf('reassigned', 'assigned', 'unassigned'),
  outcomes: oneOf('completed', 'skipped'),
  dispositions: isWord,
  ignore_sources: oneOf('zapier'),
};
const knownTasks: Parameters = {
  limit: isCount,
  page: (value) => /^\d+$/.test(value),
  look: oneOf('first', 'never'),
  contact_email: (value) => value !== '',
  q: (value) => value.trim() !== '',
  ids: (value) => value !== '',
  types: isWord,
  priorities: isWord,
  statuses: isWord,
  templates: isUuid,
  sequences: isUuid,
  assignee: (value) => value === 'none' || isUuid(value),
  created_after: (value) => !Number.isNaN(Date.parse(value)),
};
const serverRoutes: [string, RegExp, Parameters][] = [
  ['GET', /^\/people$/, {}],
  ['POST', /^\/intents$/, {}],
  ['PATCH', /^\/intents$/, {}],
  ['PATCH', /^\/intents\/int_\d+$/, {}],
  ['POST', /^\/hooks$/, {}],
  ['GET', /^\/events$/, { limit: isCount, ...filters }],
  ['GET', /^\/tasks\/counts$/, {}],
  ['GET', /^\/tasks$/, knownTasks],
];

const isDocumented = (routes: typeof topoRoutes, method: string, { pathname, searchParams, hash }: URL): boolean =>
  hash === '' &&
  routes.some(
    ([verb, path, parameters]) =>
      verb === method &&
      path.test(pathname) &&
      [...searchParams].every(([name, one]) => parameters[name]?.(one) === true),
  );

const ours = ['HaltedError', 'ThrottledError', 'ExpiredAuthError', 'AppError'];

const complaintsAbout = ({ name, message }: Thrown): string[] => [
  ...(ours.includes(name) ? [] : [`a ${name}: ${message}`]),
  ...(/^[A-Z].*[.)]$/s.test(message) ? [] : [`no sentence: ${message}`]),
  ...(/What happened|\[object|\bat \w+ \(|Cannot read|is not a function/.test(message)
    ? [`no plain words: ${message}`]
    : []),
  ...(message.length < 2_000 ? [] : [`${message.length} signs`]),
];

/** A small workspace with a directory, and everything that a run asks of anybody. */
const startGround = async () => {
  const sandbox = createSandbox({ taskCount: 8 });
  const topo = await sandbox.listen();
  const [workspace] = sandbox.workspaces;
  const [holder, taker] = workspace.people;
  if (holder === undefined || taker === undefined) throw new Error('There are too few people.');
  const task = sandbox.createTask({ id: taskId, assignee_user_id: holder.userId });
  const malformed: unknown[] = [];
  let announced = 0;
  const announce = () => {
    announced += 1;
    return { id: `int_${announced}` };
  };
  const server = await startReceiver((response, { method, path, body }) => {
    const answer = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (path === '/people') {
      return answer(200, { items: [holder, taker].map(({ userId, ...named }) => ({ user_id: userId, ...named })) });
    }
    const read = { is_current: true, is_complete: true };
    if (path === '/tasks/counts') return answer(200, { items: [], ...read });
    if (path.startsWith('/tasks')) {
      return answer(200, { items: [], next: null, as_of: null, are_facts_complete: true, progress: null, ...read });
    }
    if (path.startsWith('/events')) return answer(200, { items: [], has_more: false });
    const json: unknown = JSON.parse(body);
    if (path === '/hooks') {
      if (!SubscribeRequest.safeParse(json).success) malformed.push(json);
      return answer(201, subscribed);
    }
    if (method === 'PATCH') return answer(200, {});
    return answer(202, Array.isArray(json) ? { items: json.map(announce) } : announce());
  });
  const { requests, handle } = keepRequests();
  const app = runApp({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full, handle);

  const complaintsAboutRequests = (): string[] => [
    ...requests.flatMap(({ method, url }) => {
      const parsed = new URL(url);
      const isTopo = parsed.origin === new URL(topo.url).origin && isDocumented(topoRoutes, method, parsed);
      const isServer = parsed.origin === server.url && isDocumented(serverRoutes, method, parsed);
      return isTopo || isServer ? [] : [`${method} ${url}`];
    }),
    // Only whether a word is one of Topo's is for Topo to say.
    ...sandbox.requests.entries.flatMap(({ path, query, status }) =>
      status === null || (status === 400 && !['types', 'priorities', 'status'].some((name) => query.has(name)))
        ? [`${status} for ${path}?${query}`]
        : [],
    ),
    ...malformed.map((json) => `No subscription: ${JSON.stringify(json)}`),
  ];

  return {
    app,
    close: topo.close,
    base: {
      reassign_task: { task_id: task.id, assignee_user_id: taker.userId },
      hand_over_tasks: { from_user_id: holder.userId, to_user_id: taker.userId },
      find_person: { person: holder.userId },
    } as Record<string, Record<string, unknown>>,
    /** Runs a method, and tells what is wrong with how it ended and with what it asked. */
    async complaints(method: string, inputData: Record<string, unknown>, more: object = {}): Promise<string[]> {
      requests.length = 0;
      malformed.length = 0;
      sandbox.requests.clear();
      const thrown = await app.thrownBy(method, { inputData, ...more }).catch((error: Error) => {
        if (error.message.endsWith('threw nothing.')) return undefined;
        throw error;
      });
      return [...(thrown === undefined ? [] : complaintsAbout(thrown)), ...complaintsAboutRequests()];
    },
  };
};

let ground: Awaited<ReturnType<typeof startGround>>;
beforeAll(async () => {
  ground = await startGround();
});
afterAll(() => ground.close());

/** The dropdowns are given the fields of the step that they belong to. */
const fieldsOf = (step: Step): string[] => {
  const own = step.inputFields.map(({ key }) => key);
  const isDropdown = step.kind === 'triggers' && step.operation.type !== 'hook';
  return isDropdown ? [...new Set(steps.flatMap(({ inputFields }) => inputFields.map(({ key }) => key)))] : own;
};

const targetUrl = 'https://hooks.zapier.com/hooks/standard/1/abc/';
const runsOf = (step: Step): [string, () => object][] =>
  step.operation.type === 'hook'
    ? [
        ['performSubscribe', () => ({ targetUrl })],
        ['performList', () => ({})],
        ['perform', () => deliver(sampleEvent, { webhookId: `msg_${Math.random()}` })],
      ]
    : [['perform', () => ({})]];

const cases = steps.flatMap((step) =>
  runsOf(step).map(([run, moreOf]) => [`${step.key}: ${run}`, step, run, moreOf] as const),
);

describe('whatever a field holds, a run ends with a result or a sentence, and asks only what is documented', () => {
  test.each(cases)('%s', async (_name, step, run, moreOf) => {
    const method = `${step.path}.operation.${run}`;
    const keys = fieldsOf(step);
    const base = ground.base[step.key] ?? {};
    // What may be wrong with one field hides what is wrong with the next: so most runs spoil one.
    const spoilt = fc.oneof(
      { weight: 3, arbitrary: fc.tuple(fc.constantFrom(...keys), value).map(([key, one]) => ({ [key]: one })) },
      { weight: 1, arbitrary: fc.record(Object.fromEntries(keys.map((key) => [key, value])), { requiredKeys: [] }) },
    );
    await fc.assert(
      fc.asyncProperty(spoilt, async (fields) => {
        expect(await ground.complaints(method, { ...base, ...fields }, moreOf())).toEqual([]);
      }),
      { seed, numRuns },
    );
  });
});

const oddValues = [{ toString: 1 }, [[{}, 1e21], true]];

test.each(cases)('%s: every field may hold what is no text', async (_name, step, run, moreOf) => {
  const base = ground.base[step.key] ?? {};
  for (const { key } of step.inputFields) {
    for (const odd of oddValues) {
      const inputData = { ...base, [key]: odd };
      expect(await ground.complaints(`${step.path}.operation.${run}`, inputData, moreOf())).toEqual([]);
    }
  }
});

test('the key may be typed as oddly, and never leaves for another place', async () => {
  const { requests, handle } = keepRequests();
  const topo = await startReceiver((response) => response.writeHead(401).end('{}'));
  for (const odd of oddTexts) {
    const { thrownBy } = runApp({ TOPO_API_URL: topo.url }, odd, handle);
    expect(complaintsAbout(await thrownBy('authentication.test'))).toEqual([]);
  }
  expect(new Set(requests.map(({ url }) => new URL(url).origin))).toEqual(new Set([topo.url]));
});
