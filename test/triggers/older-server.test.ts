import { expect, test } from '@jest/globals';
import { startOlderWebhookServer } from '../support/older-webhook-server.ts';
import { subscribed } from '../support/small-webhook-server.ts';
import { startTopo } from '../support/topo-sandbox.ts';
import { runApp } from '../support/zapier-app.ts';

// A webhook server is updated by its owner, the app by Zapier: for a while the server may be the older one.

const targetUrl = 'https://hooks.zapier.com/hooks/standard/123/abcdef/';

const connect = async () => {
  const { url, workspace } = await startTopo({ taskCount: 1 });
  const server = await startOlderWebhookServer();
  return runApp({ TOPO_API_URL: url, WEBHOOK_SERVER_URL: server.url }, workspace.keys.full);
};

test.each<[string, string, Record<string, unknown>]>([
  ['New Task', 'new_task', {}],
  ['New Task for reopened tasks too', 'new_task', { reopened: 'yes' }],
  ['Task Closed', 'task_closed', { outcomes: ['Completed'] }],
  ['Task Reassigned for new tasks too', 'task_reassigned', { also_new: 'yes' }],
])('%s says that the server must be brought up to date', async (_what, trigger, inputData) => {
  const app = await connect();
  for (const method of ['performSubscribe', 'performList']) {
    const thrown = await app.thrownBy(`triggers.${trigger}.operation.${method}`, { inputData, targetUrl });
    expect(thrown.name).toBe('AppError');
    expect(thrown.message).toBe(
      'The webhook server of this integration is of an earlier version, which cannot tell of new, reopened or closed ' +
        'tasks. The owner of the integration must bring it up to date. Until then, use “Task Reassigned” without “Also ' +
        'Start for New Tasks”. The webhook server’s request_id is req_1.',
    );
  }
});

test('Task Reassigned alone works as before', async () => {
  const app = await connect();
  const operation = 'triggers.task_reassigned.operation';
  await expect(app.run(`${operation}.performSubscribe`, { targetUrl })).resolves.toMatchObject({ id: subscribed.id });
  // Which Zap it is is left out where the server does not know of Zaps.
  const subscribing = app.run(`${operation}.performSubscribe`, { targetUrl, meta: { zap: { id: '42' } } });
  await expect(subscribing).resolves.toMatchObject({ id: subscribed.id });
  await expect(app.run(`${operation}.performList`)).resolves.toMatchObject([{ type: 'task.reassigned' }]);
});
