import { afterEach, beforeEach, describe, expect, jest, test } from '@jest/globals';
import { TaskEvent } from '../../contract/event.ts';
import { sampleEvent } from '../../zapier/events/event-output.ts';
import { startReceiver } from '../support/receiver.ts';
import { deliver, startSmallWebhookServer, subscribed } from '../support/small-webhook-server.ts';
import { startHttp } from '../support/started-http.ts';
import { first, startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

const operation = 'triggers.task_reassigned.operation';
const perform = `${operation}.perform`;
const performList = `${operation}.performList`;
const performSubscribe = `${operation}.performSubscribe`;
const performUnsubscribe = `${operation}.performUnsubscribe`;

const key = 'topo_live_0123456789abcdef';
const targetUrl = 'https://hooks.zapier.com/hooks/standard/123/abcdef/';
const personId = '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6';
const otherId = '7b1d2c4e-1111-4222-8333-9444a5556667';
const templateId = '9d3b8f1a-2222-4333-8444-955556667778';
const otherTemplateId = '9d3b8f1a-2222-4333-8444-955556667779';
const hourMs = 3_600_000;

/** Core prints what an app logs with `z.console.warn`. */
let logged: string[] = [];
beforeEach(() => {
  logged = [];
  jest.spyOn(console, 'error').mockImplementation((line) => {
    logged.push(String(line));
  });
});
afterEach(() => {
  jest.restoreAllMocks();
});

const connect = async (events: TaskEvent[] = []) => {
  const server = await startSmallWebhookServer({ events });
  return { server, app: runApp({ WEBHOOK_SERVER_URL: server.url }, key) };
};

describe('subscribing', () => {
  test('tells the server what to send where, and keeps the response', async () => {
    const { server, app } = await connect();
    const inputData = {
      kinds: ['reassigned'],
      new_assignee_ids: [` ${personId.toUpperCase()} `],
      previous_assignee_ids: [`https://app.topo.io/people/${personId}`, otherId, personId],
      task_types: ['CALL', 'email_reply'],
      priorities: 'HOT',
      sequence_template_ids: [` ${templateId.toUpperCase()}`, otherTemplateId],
      ignore_zapier: true,
      once_per: ' Sequence ',
    };
    const filters = {
      kinds: ['reassigned'],
      new_assignee_ids: [personId],
      previous_assignee_ids: [personId, otherId],
      task_types: ['CALL', 'EMAIL_REPLY'],
      priorities: ['HOT'],
      sequence_template_ids: [templateId, otherTemplateId],
      ignore_sources: ['zapier'],
    };
    expect(await app.run(performSubscribe, { targetUrl, inputData })).toEqual({ ...subscribed, filters });
    const { headers, body } = first(server.received);
    expect(headers.authorization).toBe(`Bearer ${key}`);
    expect(JSON.parse(body)).toEqual({
      target_url: targetUrl,
      event: 'task.reassigned',
      filters,
      once_per: 'sequence',
    });
  });

  test.each([
    [true, ['zapier']],
    ['true', ['zapier']],
    [' Yes ', ['zapier']],
    [1, ['zapier']],
    [false, undefined],
    ['no', undefined],
    ['0', undefined],
    ['', undefined],
    [null, undefined],
    [[], undefined],
  ])('ignores what Zaps do when “Ignore Changes Made by Zapier” holds %j: %j', async (value, ignored) => {
    const { server, app } = await connect();
    await app.run(performSubscribe, { targetUrl, inputData: { ignore_zapier: value } });
    expect(JSON.parse(first(server.received).body).filters.ignore_sources).toEqual(ignored);
  });

  test.each([undefined, '', ' ', 'task', 'TASK'])('runs once per task when that is what “%s” says', async (value) => {
    const { server, app } = await connect();
    await app.run(performSubscribe, { targetUrl, inputData: { once_per: value } });
    expect(JSON.parse(first(server.received).body)).toHaveProperty('once_per', 'task');
  });

  test.each([
    [{ zap: { id: 42 } }, '42'],
    [{ zap: {} }, undefined],
    [{}, undefined],
  ])('says which Zap it is, where Zapier says so: %j', async (meta, zapId) => {
    const { server, app } = await connect();
    await app.run(performSubscribe, { targetUrl, meta });
    expect(JSON.parse(first(server.received).body).zap_id).toBe(zapId);
  });

  test('works with an address that ends with a slash', async () => {
    const { url, received } = await startSmallWebhookServer();
    await runApp({ WEBHOOK_SERVER_URL: `${url}/` }, key).run(performSubscribe, { targetUrl });
    expect(first(received).path).toBe('/hooks');
  });

  test('works with a server of another version, whose response has more or fewer fields', async () => {
    const { id, secret } = subscribed;
    const server = await startReceiver((response) => {
      response.writeHead(201).end(JSON.stringify({ id, secret, news: 1 }));
    });
    const app = runApp({ WEBHOOK_SERVER_URL: server.url }, key);
    expect(await app.run(performSubscribe, { targetUrl })).toEqual({ id, secret, news: 1 });
  });

  test.each([
    [{}],
    [{ kinds: [], new_assignee_ids: [''], previous_assignee_ids: null, task_types: ' ', priorities: [null, '  '] }],
    [{ sequence_template_ids: ['', ' '], ignore_zapier: ' ', once_per: null }],
  ])('with blank fields filters nothing: %j', async (inputData) => {
    const { server, app } = await connect();
    await app.run(performSubscribe, { targetUrl, inputData });
    expect(JSON.parse(first(server.received).body)).toHaveProperty('filters', {});
  });

  test.each([
    [{ new_assignee_ids: ['Kim'] }, /“New Assignee” holds no ID/],
    [{ previous_assignee_ids: ['Kim'] }, /“Previous Assignee” holds no ID/],
    [
      { kinds: ['renamed'] },
      /“Kind of Change” takes “Reassigned from one person to another”, “Assigned, .*” or “Unassigned, .*”/,
    ],
    [{ sequence_template_ids: ['Founders in Europe'] }, /“Template” holds no ID/],
    [{ ignore_zapier: 'perhaps' }, /“Ignore Changes Made by Zapier” takes yes or no/],
    [{ once_per: 'contact' }, /“Run Once Per” takes “Task: .*” or “Contact: .*” and nothing else/],
    [{ once_per: ['task', 'sequence'] }, /“Run Once Per” takes one choice/],
    [{ kinds: 'unassigned', new_assignee_ids: personId }, /never run: .*“New Assignee”.*Take one of the choices back/],
    [{ kinds: 'assigned', previous_assignee_ids: personId }, /never run/],
    [{ kinds: 'assigned,unassigned', new_assignee_ids: otherId, previous_assignee_ids: personId }, /never run/],
    [{ new_assignee_ids: personId, previous_assignee_ids: personId.toUpperCase() }, /never run/],
  ])('with unusable fields is refused in a sentence: %j', async (inputData, message) => {
    const { server, app } = await connect();
    expect((await app.thrownBy(performSubscribe, { targetUrl, inputData })).message).toMatch(message);
    expect(server.received).toEqual([]);
  });

  test.each([performSubscribe, performList])('without a server says who must do what (%s)', async (method) => {
    const { app } = await startTopo();
    const thrown = await app.thrownBy(method, { targetUrl });
    expect(thrown).toMatchObject({ name: 'AppError', code: 'no_webhook_server' });
    expect(thrown.message).toMatch(
      /owner of the integration must set WEBHOOK_SERVER_URL\. “Reassign Task” and “Hand Over Tasks” work without it\./,
    );
  });

  const refusal = (code: string, message: string) => JSON.stringify({ error: { code, message, request_id: 'req_9' } });
  test.each([
    [
      401,
      refusal('unauthorized', 'Topo does not accept this API key.'),
      'ExpiredAuthError',
      /accept this API key\. .*req_9/,
    ],
    [403, refusal('forbidden', 'This API key lacks the scope tasks:read.'), 'AppError', /lacks the scope/],
    [400, refusal('invalid_request', 'Nothing may be sent to this “target_url”.'), 'AppError', /target_url/],
    [429, refusal('rate_limited', 'Too many.'), 'ThrottledError', /Too many/],
    [503, refusal('topo_unavailable', 'Topo could not be asked.'), 'ThrottledError', /could not be asked/],
    [500, refusal('internal_error', `It went wrong at ${targetUrl}`), 'AppError', /went wrong at …/],
    [502, '<html>Bad gateway</html>', 'AppError', /unexpected way \(status 502\).*WEBHOOK_SERVER_URL/],
    [401, '<html>Log in</html>', 'AppError', /unexpected way \(status 401\)/],
    [200, '<html>Welcome</html>', 'AppError', /not what was agreed on \(all of it\)/],
    [201, JSON.stringify({ ...subscribed, id: undefined }), 'AppError', /not what was agreed on \(id\)/],
  ])('is refused with %i and %s', async (status, body, name, message) => {
    const server = await startReceiver((response) => {
      response.writeHead(status, { 'retry-after': '30' }).end(body);
    });
    const app = runApp({ WEBHOOK_SERVER_URL: server.url }, key);
    const thrown = await app.thrownBy(performSubscribe, { targetUrl });
    expect(thrown.name).toBe(name);
    expect(thrown.message).toMatch(message);
    expect(thrown.delay).toBe(name === 'ThrottledError' ? 30 : undefined);
    for (const secret of [targetUrl, key, subscribed.secret]) expect(thrown.message).not.toContain(secret);
  });
});

describe('unsubscribing', () => {
  test('shows the hook’s own secret in place of the API key', async () => {
    const { server, app } = await connect();
    await app.run(performUnsubscribe, { subscribeData: subscribed });
    expect(server.received).toEqual([expect.objectContaining({ method: 'DELETE', path: '/hooks/hok_1' })]);
    expect(first(server.received).headers.authorization).toBe(`Bearer ${subscribed.secret}`);
  });

  test.each([204, 404, 410, 401])('is done when the server answers %i', async (status) => {
    const server = await startReceiver((response) => {
      response.writeHead(status).end();
    });
    const app = runApp({ WEBHOOK_SERVER_URL: server.url }, key);
    await expect(app.run(performUnsubscribe, { subscribeData: subscribed })).resolves.toEqual({});
  });

  test('is not done when the server fails', async () => {
    const server = await startReceiver((response) => {
      response.writeHead(500).end();
    });
    const app = runApp({ WEBHOOK_SERVER_URL: server.url }, key);
    const thrown = await app.thrownBy(performUnsubscribe, { subscribeData: subscribed });
    expect(thrown).toMatchObject({ name: 'AppError', status: 500 });
    expect(thrown.message).not.toContain('whsec_');
  });

  test('without a subscription has nothing to do', async () => {
    const { server, app } = await connect();
    await expect(app.run(performUnsubscribe, { subscribeData: {} })).resolves.toEqual({});
    expect(server.received).toEqual([]);
  });

  test('works on the real server, also after the API key was deleted', async () => {
    const http = await startHttp();
    try {
      const app = runApp({ WEBHOOK_SERVER_URL: http.url }, http.keys.full);
      const subscribeData = await app.run(performSubscribe, { targetUrl, inputData: { kinds: 'reassigned' } });
      expect(subscribeData).toMatchObject({ state: 'active', filters: { kinds: ['reassigned'] } });
      http.sandbox.revokeKey(http.keys.full);
      await app.run(performUnsubscribe, { subscribeData });
      const { json } = await http.call('GET', '/hooks', http.keys.tasksOnly);
      expect(json.items).toEqual([expect.objectContaining({ state: 'ended' })]);
    } finally {
      await http.close();
    }
  });
});

describe('a delivery', () => {
  test('starts one run with the event', async () => {
    const { app } = await connect();
    expect(await app.run(perform, deliver(sampleEvent))).toEqual([sampleEvent]);
  });

  test.each(['http-', 'HTTP-', 'HtTp-'])('is known by its headers, whatever their case: %s', async (prefix) => {
    const { app } = await connect();
    expect(await app.run(perform, deliver(sampleEvent, { prefix }))).toHaveLength(1);
  });

  test('keeps what Topo adds to a task, and drops what the server adds to an event', async () => {
    const { app } = await connect();
    const task = { ...sampleEvent.task, due_at: '2030-01-01T00:00:00Z' };
    expect(await app.run(perform, deliver({ ...sampleEvent, task, extra: 1 }))).toEqual([{ ...sampleEvent, task }]);
  });

  test.each([
    ['signed by somebody else', { signedWith: `whsec_${Buffer.alloc(32, 8).toString('base64')}` }, 'signature'],
    ['older than a day', { at: new Date(Date.now() - 24.1 * hourMs) }, 'too old'],
    ['from the future', { at: new Date(Date.now() + hourMs) }, 'future'],
  ])('%s starts nothing, and the log says why', async (_what, delivering, why) => {
    const { app } = await connect();
    expect(await app.run(perform, deliver(sampleEvent, delivering))).toEqual([]);
    expect(logged.join()).toMatch(new RegExp(`starts no run: .*${why}`));
    expect(logged.join()).not.toContain('whsec_');
  });

  test('that came an hour ago still starts a run', async () => {
    const { app } = await connect();
    const at = new Date(Date.now() - 23.9 * hourMs);
    expect(await app.run(perform, deliver(sampleEvent, { at }))).toHaveLength(1);
  });

  test('that was changed on its way starts nothing', async () => {
    const { app } = await connect();
    const delivery = deliver(sampleEvent);
    const content = delivery.rawRequest.content.replace('"HOT"', '"LOW"');
    const rawRequest = { ...delivery.rawRequest, content };
    expect(await app.run(perform, { ...delivery, rawRequest })).toEqual([]);
    expect(logged.join()).toMatch(/starts no run: .*signature/);
  });

  const reversed = (object: object) => Object.fromEntries(Object.entries(object).reverse());
  test.each<[string, (content: string) => string]>([
    ['with its keys in another order', (content) => JSON.stringify(reversed(JSON.parse(content)))],
    ['with other white space', (content) => JSON.stringify(JSON.parse(content), null, 1)],
    ['with a byte more at its end', (content) => `${content} `],
    ['without its body', () => ''],
  ])('%s is not the one that was signed, and starts nothing', async (_what, change) => {
    const { app } = await connect();
    const { rawRequest, ...delivery } = deliver(sampleEvent);
    const changed = { ...rawRequest, content: change(rawRequest.content) };
    expect(await app.run(perform, { ...delivery, rawRequest: changed })).toEqual([]);
    expect(logged.join()).toMatch(/starts no run: .*signature/);
  });

  test.each(['Http-Webhook-Id', 'Http-Webhook-Timestamp', 'Http-Webhook-Signature'])(
    'with the %s of another genuine delivery starts nothing',
    async (name) => {
      const { app } = await connect();
      const other = deliver(
        { ...sampleEvent, id: 'evt_other' },
        { webhookId: 'msg_2', at: new Date(Date.now() - 60_000) },
      );
      const { rawRequest, ...delivery } = deliver(sampleEvent);
      const headers = { ...rawRequest.headers, [name]: other.rawRequest.headers[name] ?? '' };
      expect(await app.run(perform, { ...delivery, rawRequest: { ...rawRequest, headers } })).toEqual([]);
      expect(logged.join()).toMatch(/starts no run: .*signature/);
    },
  );

  test('of another subscription starts nothing, and the log says why', async () => {
    const { app } = await connect();
    const own = { ...subscribed, id: 'hok_2', secret: `whsec_${Buffer.alloc(32, 9).toString('base64')}` };
    expect(await app.run(perform, { ...deliver(sampleEvent), subscribeData: own })).toEqual([]);
    expect(logged.join()).toMatch(/starts no run: .*signature/);
    expect(await app.run(perform, deliver(sampleEvent))).toHaveLength(1);
  });

  test('that was overtaken by a later one still starts its run: no event is lost for coming late', async () => {
    const { app } = await connect();
    const later = { ...sampleEvent, id: 'evt_later', occurred_at: '2026-03-04T15:00:00Z' };
    expect(await app.run(perform, deliver(later, { webhookId: 'msg_2' }))).toHaveLength(1);
    expect(await app.run(perform, deliver(sampleEvent))).toHaveLength(1);
  });

  test.each(['Http-Webhook-Id', 'Http-Webhook-Timestamp', 'Http-Webhook-Signature'])(
    'without %s is an error that people see',
    async (name) => {
      const { app } = await connect();
      const { rawRequest, ...delivery } = deliver(sampleEvent);
      const { [name]: _missing, ...headers } = rawRequest.headers;
      const thrown = await app.thrownBy(perform, { ...delivery, rawRequest: { ...rawRequest, headers } });
      expect(thrown).toMatchObject({ name: 'AppError', code: 'unsigned_delivery' });
      expect(thrown.message).toContain(name);
    },
  );

  test('without a subscription is an error that says what to do', async () => {
    const { app } = await connect();
    const thrown = await app.thrownBy(perform, { ...deliver(sampleEvent), subscribeData: {} });
    expect(thrown).toMatchObject({ code: 'no_subscription' });
    expect(thrown.message).toContain('Turn the Zap off and on again.');
  });

  test.each([
    ['text', 'no JSON', /all of it/],
    ['an event without its task', { ...sampleEvent, task: undefined }, /\(task\)/],
    ['another event', { ...sampleEvent, type: 'task.closed' }, /\(type\)/],
  ])('with a genuine signature and %s is an error', async (_what, payload, message) => {
    const { app } = await connect();
    const thrown = await app.thrownBy(perform, deliver(payload));
    expect(thrown).toMatchObject({ name: 'AppError', code: 'unreadable_event' });
    expect(thrown.message).toMatch(message);
  });
});

describe('the same delivery again', () => {
  test('starts nothing, even signed anew', async () => {
    const { app } = await connect();
    expect(await app.run(perform, deliver(sampleEvent))).toHaveLength(1);
    const later = new Date(Date.now() + 60_000);
    expect(await app.run(perform, deliver(sampleEvent, { at: later }))).toEqual([]);
    expect(logged.join()).toContain('starts no run: it came before.');
  });

  test('with another webhook-id starts a run: somebody requested it', async () => {
    const { app } = await connect();
    await app.run(perform, deliver(sampleEvent));
    expect(await app.run(perform, deliver(sampleEvent, { webhookId: 'msg_2' }))).toHaveLength(1);
  });

  test('to another Zap starts a run there', async () => {
    const { app } = await connect();
    await app.run(perform, deliver(sampleEvent));
    const other = { ...deliver(sampleEvent), subscribeData: { ...subscribed, id: 'hok_2' } };
    expect(await app.run(perform, other)).toHaveLength(1);
  });

  test('that was forged does not keep the genuine one out', async () => {
    const { app } = await connect();
    const signedWith = `whsec_${Buffer.alloc(32, 8).toString('base64')}`;
    await app.run(perform, deliver(sampleEvent, { signedWith }));
    expect(await app.run(perform, deliver(sampleEvent))).toHaveLength(1);
  });

  /** Zapier's side of `z.cache`, over core's real RPC. */
  const withCache = async (answer: (method: string, params: unknown[]) => unknown) => {
    const calls: [string, unknown[]][] = [];
    const zapier = await startReceiver((response, { path, body }) => {
      if (path !== '/rpc') return response.end('{}');
      const { id, method, params } = JSON.parse(body);
      calls.push([method, params]);
      return response
        .setHeader('content-type', 'application/json')
        .end(JSON.stringify({ id, ...Object(answer(method, params)) }));
    });
    const app = runApp({ LOGGING_ENDPOINT: `${zapier.url}/logs` }, key);
    const rpc = { rpc_base: `${zapier.url}/rpc`, token: 'token', zcacheTestObj: undefined };
    const run = () => app.run(perform, deliver(sampleEvent), rpc);
    return { calls, run };
  };

  test.each([
    ['sets it first', true, 1],
    ['finds that another run was faster', false, 0],
    ['hears that the cache is busy', null, 1],
  ])('when a run %s', async (_what, result, runs) => {
    const { calls, run } = await withCache((method) => ({ result: method === 'zcache_get' ? null : result }));
    expect(await run()).toHaveLength(runs);
    expect(calls).toEqual([
      ['zcache_get', ['delivery:hok_1:msg_1', null]],
      ['zcache_set', ['delivery:hok_1:msg_1', 'true', 25 * 3600, null, true]],
    ]);
  });

  test('starts a run when the cache fails: rather twice than never', async () => {
    const { run } = await withCache(() => ({ error: 'The cache is down.' }));
    expect(await run()).toHaveLength(1);
    expect(logged.join()).toContain('The cache is down.');
  });
});

describe('the filters of the Zap', () => {
  const changed = (change: Partial<TaskEvent>): TaskEvent => ({
    ...sampleEvent,
    changes: [...sampleEvent.changes],
    ...change,
  });
  const nobody = { user_id: null, name: null, email: null };
  const { task, previous_assignee, new_assignee } = sampleEvent;
  const assigned = changed({
    kind: 'assigned',
    previous_assignee: nobody,
    changes: [{ task, previous_assignee: nobody }],
  });
  const unassigned = changed({
    kind: 'unassigned',
    new_assignee: nobody,
    source: 'zapier',
    sequence_template_id: templateId,
  });

  test.each([
    ['nothing', {}, [1, 1, 1]],
    ['blanks', { kinds: '', new_assignee_ids: [''] }, [1, 1, 1]],
    ['reassigned', { kinds: ['reassigned'] }, [1, 0, 0]],
    ['two kinds', { kinds: ['assigned', 'unassigned'] }, [0, 1, 1]],
    ['the new assignee', { new_assignee_ids: [new_assignee.user_id.toUpperCase()] }, [1, 1, 0]],
    ['the previous assignee', { previous_assignee_ids: [previous_assignee.user_id] }, [1, 0, 1]],
    ['somebody else', { new_assignee_ids: [previous_assignee.user_id] }, [0, 0, 0]],
    ['its type', { task_types: ['EMAIL_REPLY', 'CALL'] }, [1, 1, 1]],
    ['another type', { task_types: ['EMAIL_REPLY'] }, [0, 0, 0]],
    ['what Zaps did', { ignore_zapier: 'yes' }, [1, 1, 0]],
    ['its template', { sequence_template_ids: [templateId, otherTemplateId] }, [0, 0, 1]],
    ['another template', { sequence_template_ids: [otherTemplateId] }, [0, 0, 0]],
    ['its priority and another type', { priorities: ['HOT'], task_types: ['EMAIL_REPLY'] }, [0, 0, 0]],
  ])('%s', async (_what, inputData, expected) => {
    const { app } = await connect();
    const runs: number[] = [];
    for (const [index, event] of [sampleEvent, assigned, unassigned].entries()) {
      const webhookId = `msg_${index}`;
      const started = (await app.run(perform, { ...deliver(event, { webhookId }), inputData })) as unknown[];
      runs.push(started.length);
    }
    expect(runs).toEqual(expected);
  });

  test('an event that they reject now may arrive again once they accept it', async () => {
    const { app } = await connect();
    const delivery = deliver(sampleEvent);
    await app.run(perform, { ...delivery, inputData: { task_types: ['EMAIL_REPLY'] } });
    expect(logged.join()).toContain('starts no run: the fields of this Zap keep it out.');
    expect(await app.run(perform, delivery)).toHaveLength(1);
  });

  test('an event of which nobody knows the template starts a run when somebody sends it by hand', async () => {
    const { app } = await connect();
    const unknown = { ...sampleEvent, sequence_template_id: null, is_template_unknown: true as const };
    const inputData = { sequence_template_ids: [templateId] };
    expect(await app.run(perform, { ...deliver(unknown), inputData })).toEqual([
      { ...sampleEvent, sequence_template_id: null },
    ]);
    const other = { ...inputData, task_types: ['EMAIL_REPLY'] };
    expect(await app.run(perform, { ...deliver(unknown, { webhookId: 'msg_2' }), inputData: other })).toEqual([]);
  });

  test('one matching task among several is enough', async () => {
    const { app } = await connect();
    const call = { ...task, type: 'EMAIL_REPLY' };
    const changes = [...sampleEvent.changes, { task: call, previous_assignee }];
    const event = { ...sampleEvent, changes, changes_count: 2 };
    expect(await app.run(perform, { ...deliver(event), inputData: { task_types: 'EMAIL_REPLY' } })).toHaveLength(1);
  });
});

describe('the list for the editor', () => {
  const connectBoth = async (events: TaskEvent[] = [], taskCount?: number) => {
    const { url, workspace, sandbox } = await startTopo(taskCount === undefined ? {} : { taskCount });
    const server = await startSmallWebhookServer({ events });
    const app = runApp({ TOPO_API_URL: url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full);
    const list = async (inputData: Record<string, unknown> = {}) =>
      (await app.run(performList, { inputData })) as TaskEvent[];
    const templateOf = ({ task }: TaskEvent) => workspace.sequences.get(task.sequence_id ?? '')?.templateId;
    return { app, list, server, workspace, sandbox, templateOf };
  };

  test('is the newest three events that match the filters', async () => {
    const { list, server, sandbox } = await connectBoth([sampleEvent]);
    const inputData = {
      kinds: ['reassigned', 'assigned'],
      new_assignee_ids: [personId],
      task_types: [''],
      sequence_template_ids: [templateId],
      ignore_zapier: 'true',
      once_per: 'sequence',
    };
    expect(await list(inputData)).toEqual([sampleEvent]);
    const { pathname, searchParams } = new URL(first(server.received).path, server.url);
    expect(pathname).toBe('/events');
    expect([...searchParams]).toEqual([
      ['limit', '3'],
      ['new_assignee_ids', personId],
      ['sequence_template_ids', templateId],
      ['kinds', 'reassigned'],
      ['kinds', 'assigned'],
      ['ignore_sources', 'zapier'],
    ]);
    expect(sandbox.requests).toHaveLength(0);
  });

  test('is three examples made of real tasks before anything was reassigned, with invented names when the server tells none', async () => {
    const { list, workspace } = await connectBoth();
    const examples = await list();
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      expect(TaskEvent.parse(example)).toEqual(example);
      expect(example.id).toBe(`evt_example_${example.task.id}`);
      expect(example.batch_id).toBe(`bat_example_${example.task.id}`);
      const real = workspace.tasks.find(({ id }) => id === example.task.id);
      expect(example.task).toEqual({ ...real, assignee_user_id: example.new_assignee.user_id });
      expect(example.previous_assignee).toMatchObject({ name: 'Example Person' });
      expect(example).toMatchObject({
        contact: { name: 'Example Contact' },
        sequence_template: { id: null, name: 'Example Template' },
      });
      expect(example.previous_assignee.user_id).not.toBe(example.new_assignee.user_id);
    }
    const moments = examples.map(({ occurred_at }) => Date.parse(occurred_at));
    expect(moments).toEqual(moments.toSorted((one, other) => other - one));
  });

  test.each([
    ['assigned', null, expect.any(String)],
    ['unassigned', expect.any(String), null],
  ])('shows examples that are %s when only that is wanted', async (kind, previous, next) => {
    const { list } = await connectBoth();
    const examples = await list({ kinds: [kind], task_types: ['CALL'], priorities: ['HOT'] });
    const [example] = examples;
    expect(example).toMatchObject({
      kind,
      previous_assignee: { user_id: previous },
      new_assignee: { user_id: next },
      task: { type: 'CALL', priority: 'HOT', assignee_user_id: next },
    });
  });

  test('shows the people that the filters name', async () => {
    const { list, workspace } = await connectBoth();
    const [one, other] = workspace.people.map(({ userId }) => userId);
    const [example] = await list({ new_assignee_ids: [one, other], previous_assignee_ids: [one] });
    expect(example).toMatchObject({ new_assignee: { user_id: other }, previous_assignee: { user_id: one } });
  });

  test('shows tasks of the filtered templates, each with its own template', async () => {
    const { list, workspace, templateOf } = await connectBoth();
    const wanted = workspace.templates.slice(0, 2).map(({ id }) => id);
    const examples = await list({ sequence_template_ids: wanted });
    expect(examples).toHaveLength(3);
    for (const example of examples) {
      expect(wanted).toContain(example.sequence_template_id);
      expect(templateOf(example)).toBe(example.sequence_template_id);
    }
  });

  test.each([
    {},
    { task_types: ['EMAIL_REPLY', 'CALL'], priorities: ['EXTRA'] },
    { sequence_template_ids: [templateId], kinds: ['unassigned'], ignore_zapier: true },
    { new_assignee_ids: [otherId], previous_assignee_ids: [otherId, personId] },
    { new_assignee_ids: [personId] },
    { previous_assignee_ids: [personId], once_per: 'sequence' },
  ])('is one invented example in a workspace without tasks, and the filters let it through: %j', async (inputData) => {
    const { app, list } = await connectBoth([], 0);
    const examples = await list(inputData);
    expect(examples).toHaveLength(1);
    const example = TaskEvent.parse(examples[0]);
    expect(example.id).toMatch(/^evt_example_/);
    expect(await app.run(perform, { ...deliver(example), inputData })).toEqual([example]);
  });

  test('leaves out tasks that Topo returned although the filters exclude them', async () => {
    const topo = await startReceiver((response) => {
      const list = { items: [sampleEvent.task], total_count: 1, total_pages: 1, has_more: false };
      response.setHeader('content-type', 'application/json').end(JSON.stringify(list));
    });
    const server = await startSmallWebhookServer();
    const app = runApp({ TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url }, key);
    const [example] = (await app.run(performList, { inputData: { task_types: 'EMAIL_REPLY' } })) as TaskEvent[];
    expect(example).toMatchObject({ task: { type: 'EMAIL_REPLY' } });
  });

  test('is an error when the fields contradict each other', async () => {
    const { app } = await connectBoth();
    const inputData = { kinds: 'unassigned', new_assignee_ids: personId };
    expect(await app.thrownBy(performList, { inputData })).toMatchObject({ name: 'HaltedError' });
  });
});

test('the sample is an event', () => {
  expect(TaskEvent.parse(sampleEvent)).toEqual(sampleEvent);
});
