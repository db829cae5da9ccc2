import fc from 'fast-check';
import { ChoiceRequest, ChoiceSettlement } from '../../../contract/choice.ts';
import { RecoverRequest } from '../../../contract/delivery.ts';
import { HookChange, SubscribeRequest } from '../../../contract/hook.ts';
import { Intent, IntentList, IntentSettlement, IntentSettlementList } from '../../../contract/intent.ts';
import { NamedPerson, PersonNames } from '../../../contract/person.ts';
import { arbitraryOf } from './arbitrary-of.ts';

export type FuzzRequest = {
  route: string;
  method: string;
  path: string;
  /** Which key: one that may do everything, another of the same workspace, of another one, or none that works. */
  key: 'full' | 'readOnly' | 'noTasks' | 'foreign' | 'unknown' | 'none';
  headers: Record<string, string>;
  body: string | undefined;
};

/** Ids that are there: `{hok}` and the like are replaced when the request is made. */
const idOf = (prefix: string): fc.Arbitrary<string> =>
  fc.oneof(
    { weight: 6, arbitrary: fc.constant(`{${prefix}}`) },
    { weight: 1, arbitrary: fc.constant(`${prefix}_unknown`) },
    { weight: 1, arbitrary: fc.string({ unit: 'binary', minLength: 1, maxLength: 120 }).map(encodeSafely) },
    {
      weight: 1,
      arbitrary: fc.constantFrom('..%2f..', '%00', "'%20or%201=1--", '%F0%9F%92%A9', '__proto__', '%E0%A4%A'),
    },
  );

/** A lone half of a character cannot be encoded. */
const encodeSafely = (text: string): string => encodeURIComponent(text.toWellFormed());

const target = fc
  .nat({ max: 200 })
  .map((number) => `https://hooks.zapier.com/hooks/standard/${number % 7}/zap${number}/`);

/** Events and filters drawn at random seldom fit each other. */
const wanted = fc.oneof(
  arbitraryOf(SubscribeRequest.omit({ target_url: true })),
  fc.constant({ event: 'task.reassigned' }),
);

const subscription = fc.tuple(wanted, target).map(([rest, target_url]) => ({ ...Object(rest), target_url }));

const taskQuery = fc
  .array(
    fc.oneof(
      fc.tuple(
        fc.constantFrom('contact_email', 'q', 'assignee', 'types', 'priorities', 'templates', 'statuses', 'limit'),
        fc.oneof(fc.string(), fc.uuid(), fc.constantFrom('none', 'CALL', 'a@example.com', '7')),
      ),
      fc.tuple(fc.constant('after'), fc.oneof(fc.string(), fc.constantFrom('1-t1', '9999999999999999-%'))),
      fc.tuple(fc.constant('created_after'), fc.oneof(fc.string(), fc.constant('2026-03-02T09:00:00Z'))),
      fc.tuple(fc.constant('look'), fc.constantFrom('if_empty', 'never')),
    ),
    { maxLength: 4 },
  )
  .map((pairs) => new URLSearchParams(pairs).toString());

const anyTime = fc.oneof(
  fc.date({ noInvalidDate: true }).map((date) => date.toISOString()),
  fc.string({ maxLength: 9 }),
);

const timeQuery = fc
  .record({ since: anyTime, until: anyTime }, { requiredKeys: [] })
  .map((query) => new URLSearchParams(query).toString());

/** A value of a query that is usable, or now and then is not. */
const mostly = (...usable: readonly [string, ...string[]]): fc.Arbitrary<string> =>
  fc.oneof({ weight: 6, arbitrary: fc.constantFrom(...usable) }, { weight: 1, arbitrary: fc.string({ maxLength: 9 }) });

const eventQuery = fc
  .record(
    {
      limit: fc.oneof(fc.integer({ min: -1, max: 120 }).map(String), fc.string({ maxLength: 5 })),
      before: fc.oneof(fc.constant('{evt}'), fc.string({ maxLength: 110 })),
      kinds: fc.constantFrom('assigned', 'reassigned', 'moved'),
      task_types: fc.string({ maxLength: 70 }),
      new_assignee_ids: fc.oneof(fc.uuid(), fc.string({ maxLength: 9 })),
      __proto__x: fc.string({ maxLength: 3 }),
    },
    { requiredKeys: [] },
  )
  .map((query) => query as Record<string, string>);

const historyQuery = fc
  .record(
    {
      since: anyTime,
      until: anyTime,
      person: mostly('11111111-0000-4000-8000-000000000000'),
      contact: mostly('zoe', 'zoe@example.com'),
      source: mostly('topo', 'zapier'),
      type: mostly('task.closed', 'task.reassigned'),
    },
    { requiredKeys: [] },
  )
  .map((query) => query as Record<string, string>);

const eventsPath = fc
  .oneof(eventQuery, historyQuery)
  .map((query) => `/events?${new URLSearchParams(query).toString()}`);

const deliveryQuery = fc
  .record(
    {
      state: fc.constantFrom('waiting', 'dead', 'delivered', 'dropped', 'lost'),
      limit: fc.integer({ min: 0, max: 101 }).map(String),
      before: fc.constant('{msg}'),
    },
    { requiredKeys: [] },
  )
  .map((query) => new URLSearchParams(query).toString());

const deliverySearch = fc
  .record(
    {
      state: fc.constantFrom('waiting', 'dead', 'delivered', 'dropped', 'lost'),
      status: fc.oneof(fc.constantFrom('200', '418', '503'), fc.string({ maxLength: 4 })),
      hook: fc.constant('{hok}'),
      since: anyTime,
      until: anyTime,
      before: fc.constant('{msg}'),
    },
    { requiredKeys: [] },
  )
  .map((query) => new URLSearchParams(query).toString());

type Template = { method: string; path: fc.Arbitrary<string>; body?: fc.Arbitrary<unknown> };

const fixed = (path: string): fc.Arbitrary<string> => fc.constant(path);
const inside = (before: string, prefix: string, after = ''): fc.Arbitrary<string> =>
  idOf(prefix).map((id) => `${before}${id}${after}`);

/** A few ids come again, so that what was named can be forgotten. */
const personPath = fc.oneof(
  fc.constantFrom('1', '2', '3').map((digit) => `/people/${digit.repeat(8)}-0000-4000-8000-000000000000`),
  fc.uuid().map((id) => `/people/${id}`),
  inside('/people/', 'usr'),
);

/** Every route, by the name that it is registered under. */
export const templates: Record<string, Template> = {
  'GET /healthz': { method: 'GET', path: fixed('/healthz') },
  'GET /readyz': { method: 'GET', path: fixed('/readyz') },
  'GET /openapi.json': { method: 'GET', path: fixed('/openapi.json') },
  'GET /metrics': { method: 'GET', path: fixed('/metrics') },
  'POST /hooks': { method: 'POST', path: fixed('/hooks'), body: subscription },
  'GET /hooks': { method: 'GET', path: fixed('/hooks') },
  'PATCH /hooks/:hookId': { method: 'PATCH', path: inside('/hooks/', 'hok'), body: arbitraryOf(HookChange) },
  'DELETE /hooks/:hookId': { method: 'DELETE', path: inside('/hooks/', 'hok') },
  'GET /hooks/:hookId/deliveries': {
    method: 'GET',
    path: fc.tuple(inside('/hooks/', 'hok'), deliveryQuery).map(([path, query]) => `${path}/deliveries?${query}`),
  },
  'GET /deliveries': { method: 'GET', path: deliverySearch.map((query) => `/deliveries?${query}`) },
  'GET /deliveries/:deliveryId': { method: 'GET', path: inside('/deliveries/', 'msg') },
  'GET /readings': { method: 'GET', path: timeQuery.map((query) => `/readings?${query}`) },
  'POST /deliveries/:deliveryId/retry': { method: 'POST', path: inside('/deliveries/', 'msg', '/retry') },
  'POST /hooks/:hookId/recover': {
    method: 'POST',
    path: inside('/hooks/', 'hok', '/recover'),
    body: arbitraryOf(RecoverRequest),
  },
  'POST /hooks/:hookId/test': { method: 'POST', path: inside('/hooks/', 'hok', '/test') },
  'GET /events': { method: 'GET', path: eventsPath },
  'GET /events/:eventId': { method: 'GET', path: inside('/events/', 'evt') },
  'GET /tasks': { method: 'GET', path: taskQuery.map((query) => `/tasks?${query}`) },
  'GET /tasks/counts': { method: 'GET', path: fixed('/tasks/counts') },
  'DELETE /workspace': { method: 'DELETE', path: fixed('/workspace') },
  'POST /intents': {
    method: 'POST',
    path: fixed('/intents'),
    body: fc.oneof(arbitraryOf(Intent), arbitraryOf(IntentList)),
  },
  'PATCH /intents': { method: 'PATCH', path: fixed('/intents'), body: arbitraryOf(IntentSettlementList) },
  'PATCH /intents/:intentId': {
    method: 'PATCH',
    path: inside('/intents/', 'int'),
    body: arbitraryOf(IntentSettlement),
  },
  'POST /choices': { method: 'POST', path: fixed('/choices'), body: arbitraryOf(ChoiceRequest) },
  'PATCH /choices/:choiceId': {
    method: 'PATCH',
    path: inside('/choices/', 'cho'),
    body: arbitraryOf(ChoiceSettlement),
  },
  'POST /nudges': { method: 'POST', path: fixed('/nudges') },
  'GET /nudge-address': { method: 'GET', path: fixed('/nudge-address') },
  'POST /nudge-address': { method: 'POST', path: fixed('/nudge-address') },
  'DELETE /nudge-address': { method: 'DELETE', path: fixed('/nudge-address') },
  'POST /nudges/:token': { method: 'POST', path: inside('/nudges/', 'ndg'), body: fc.anything() },
  'GET /people': { method: 'GET', path: fixed('/people') },
  'PUT /people/:user_id': {
    method: 'PUT',
    path: personPath,
    body: arbitraryOf(PersonNames),
  },
  'DELETE /people/:user_id': {
    method: 'DELETE',
    path: personPath,
  },
  'POST /people/import': {
    method: 'POST',
    path: fixed('/people/import'),
    body: fc.array(arbitraryOf(NamedPerson), { minLength: 0, maxLength: 5 }),
  },
};

const odd = fc.oneof(
  fc.anything({ maxDepth: 3, withNullPrototype: true }),
  fc.constantFrom<unknown>(null, -0, 1e308, 2 ** 53, '', '\0', '\ud800', 'x'.repeat(5000), [], {}, [
    [[[[[[[[[[[]]]]]]]]]]],
  ]),
);

/** Changes one thing in a value, somewhere. */
const mutated = (value: unknown): fc.Arbitrary<unknown> => {
  if (typeof value !== 'object' || value === null) return odd;
  const names = Object.keys(value);
  const elsewhere = names.map((name) =>
    mutated((value as Record<string, unknown>)[name]).map((changed) =>
      Array.isArray(value)
        ? value.map((item, index) => (String(index) === name ? changed : item))
        : { ...value, [name]: changed },
    ),
  );
  const dropped = names.map((name) =>
    fc.constant(Object.fromEntries(Object.entries(value).filter(([key]) => key !== name)) as unknown),
  );
  const added = fc
    .tuple(fc.string({ maxLength: 30 }), odd)
    .map(([name, extra]) => ({ ...value, [name]: extra }) as unknown);
  return fc.oneof(odd, added, ...dropped, ...elsewhere);
};

/** JSON, also of what JSON cannot say. */
const textOf = (value: unknown): string => {
  try {
    return JSON.stringify(value) ?? '';
  } catch {
    return '{}';
  }
};

const bodyText = (body: fc.Arbitrary<unknown>): fc.Arbitrary<string> =>
  body.chain((value) =>
    fc.oneof(
      { weight: 10, arbitrary: fc.constant(textOf(value)) },
      { weight: 10, arbitrary: mutated(value).map(textOf) },
      { weight: 1, arbitrary: fc.nat({ max: 200 }).map((length) => textOf(value).slice(0, length)) },
      { weight: 1, arbitrary: fc.constant(textOf(value).replace('{', '{"__proto__":{"isAdmin":true},')) },
      { weight: 1, arbitrary: fc.string({ maxLength: 50 }) },
    ),
  );

const headers = fc.oneof(
  { weight: 40, arbitrary: fc.constant<Record<string, string>>({}) },
  {
    weight: 1,
    arbitrary: fc.constantFrom<Record<string, string>>(
      { 'content-type': 'text/plain' },
      { 'content-type': 'application/json; charset=utf-7' },
      { 'content-encoding': 'gzip' },
      { 'x-forwarded-for': '1.2.3.4, ::1' },
      { 'x-http-method-override': 'DELETE' },
      { 'if-none-match': '*' },
      { range: 'bytes=0-1' },
      { accept: 'text/html' },
    ),
  },
);

const keys = fc.oneof(
  { weight: 16, arbitrary: fc.constant('full' as const) },
  { weight: 1, arbitrary: fc.constantFrom('readOnly' as const, 'noTasks' as const, 'foreign' as const) },
  { weight: 1, arbitrary: fc.constantFrom('unknown' as const, 'none' as const) },
);

/** What needs deliveries, and what makes them, comes more often. */
const routes = [
  ...Object.keys(templates),
  'GET /deliveries/:deliveryId',
  'POST /deliveries/:deliveryId/retry',
  'POST /hooks/:hookId/test',
];

/** One request to a route, valid or with something wrong about it. */
export const requests: fc.Arbitrary<FuzzRequest> = fc.constantFrom(...routes).chain((route) => {
  const { method, path, body } = templates[route] ?? { method: 'GET', path: fixed('/') };
  return fc.record({
    route: fc.constant(route),
    method: fc.oneof(
      { weight: 60, arbitrary: fc.constant(method) },
      { weight: 1, arbitrary: fc.constantFrom('PUT', 'PATCH', 'DELETE', 'OPTIONS', 'HEAD') },
    ),
    path,
    key: keys,
    headers,
    body: body === undefined ? fc.constant(undefined) : bodyText(body),
  });
});
