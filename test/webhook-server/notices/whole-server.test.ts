// Slow: it starts the built server.

import { afterAll, expect, test } from '@jest/globals';
import { Readings } from '../../../contract/reading.ts';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer, type WebhookServer } from '../../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createMovedClock } from '../../support/moved-clock.ts';
import { startReceiver } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { startTopo } from '../../support/topo-sandbox.ts';

const minuteMs = 60_000;

const servers: WebhookServer[] = [];
afterAll(async () => {
  for (const server of servers) await server.kill();
});

test('whoever runs the server hears that a hook fails and that it is well, and that a key is refused', async () => {
  const clock = createMovedClock();
  const { sandbox, workspace, url: topoApiUrl } = await startTopo({ taskCount: 12, clock: clock.now });
  const chat = await startReceiver();
  const zapier = await startReceiver((response) => response.writeHead(503, { 'retry-after': '300' }).end());
  const server = await startWebhookServer({
    dataFolder: tempFolder(),
    topoApiUrl,
    hookHost: zapier.host,
    environment: {
      ...clock.environment,
      NOTICE_WEBHOOK_URL: `${chat.url}/services/c4n4ry`,
      NOTICE_ALLOWED_HOSTS: chat.host,
    },
  });
  servers.push(server);
  const authorization = `Bearer ${workspace.keys.full}`;
  await fetch(`${server.url}/hooks`, {
    method: 'POST',
    headers: { authorization, 'content-type': 'application/json' },
    body: JSON.stringify({ target_url: `${zapier.url}/c4n4ry/`, events: ['task.created'] }),
  });
  await waitUntil('the server listens', async () =>
    (await fetchHooks(server.url, workspace.keys.full)).every(({ listening_since }) => listening_since !== null),
  );
  const texts = () => chat.received.map(({ body }) => (JSON.parse(body) as { text: string }).text);
  const countPolls = async (): Promise<number> => {
    const response = await fetch(`${server.url}/readings`, { headers: { authorization } });
    return Readings.parse(await response.json()).items.reduce((sum, { polls }) => sum + polls.well, 0);
  };
  /** Time passes, and the server reads what is new: a task, which makes it try whatever is due. */
  const pass = async (minutes: number) => {
    clock.moveOn(minutes * minuteMs);
    const before = await countPolls();
    sandbox.createTask();
    // A poll that has not ended would lose its lease when time passes.
    await waitUntil('Topo was read', async () => (await countPolls()) > before);
  };
  const passUntil = async (minutes: number, isTrue: () => boolean) => {
    for (let passed = 0; passed < 300 && !isTrue(); passed += 1) await pass(minutes);
    expect(isTrue()).toBe(true);
  };

  await passUntil(4, () => zapier.received.length > 0);
  await passUntil(4, () => texts().length > 0);
  expect(texts()).toEqual([expect.stringMatching(/^Topo for Zapier: 1 hook has failed for an hour or longer/)]);

  let accepted = 0;
  zapier.answer = (response) => {
    accepted += 1;
    response.end('{}');
  };
  await passUntil(4, () => accepted > 0);
  await passUntil(1, () => texts().length > 1);
  expect(texts().slice(1)).toEqual(['Topo for Zapier: Well again: no hook has failed for an hour or longer.']);

  sandbox.revokeKey(workspace.keys.full);
  await waitUntil('the key is refused', () => sandbox.requests.last?.status === 401);
  clock.moveOn(2 * minuteMs);
  await waitUntil('it is told', () => texts().length > 2);
  expect(texts().slice(2)).toEqual([expect.stringMatching(/^Topo for Zapier: Topo refuses the key of 1 workspace/)]);
  expect(chat.received.every(({ path }) => path === '/services/c4n4ry')).toBe(true);
  expect(server.output).not.toContain('c4n4ry');
});
