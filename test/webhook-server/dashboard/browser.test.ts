// Slow: a real browser.
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { fetchHooks } from '../../../dev/local-server/fetch-hooks.ts';
import { startWebhookServer } from '../../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { createSandbox } from '../../../dev/sandbox/create-sandbox.ts';
import {
  chromiumPath,
  clickThrough,
  desktop,
  expectReadable,
  keepPicture,
  openWindow,
  phone,
  signIn,
} from '../../support/browser.ts';
import { startReceiver } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const operatorToken = 'o'.repeat(40);

const browserTest = chromiumPath === undefined ? test.skip : test;

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The built server, whose pages are served as they are installed, between a sandbox and a Zap that listens. */
const startDashboard = async () => {
  const sandbox = createSandbox({ taskCount: 1_200 });
  const topo = await sandbox.listen();
  closers.push(topo.close);
  const zapier = await startReceiver();
  const server = await startWebhookServer({
    dataFolder: tempFolder(),
    topoApiUrl: topo.url,
    hookHost: zapier.host,
    environment: {
      OPERATOR_TOKEN: operatorToken,
      POLL_INTERVAL_MS: '250',
      POLL_IDLE_INTERVAL_MS: '250',
      TOPO_REQUESTS_PER_MINUTE: '100000',
    },
  });
  closers.push(() => server.stop());
  const [workspace] = sandbox.workspaces;
  const key = workspace.keys.full;
  const headers = { authorization: `Bearer ${key}`, 'content-type': 'application/json' };
  /** Turns a Zap on at a catch URL of its own, and waits until it is listened for. */
  const turnOn = async (path: string, zap_id?: string): Promise<string> => {
    const subscribed = await fetch(`${server.url}/hooks`, {
      ...{ method: 'POST', headers },
      body: JSON.stringify({ target_url: zapier.url + path, event: 'task.reassigned', zap_id }),
    });
    expect(subscribed.status).toBe(201);
    await waitUntil('the server listens', async () =>
      (await fetchHooks(server.url, key)).every(({ listening_since }) => listening_since !== null),
    );
    return ((await subscribed.json()) as { id: string }).id;
  };
  await turnOn('/hooks/standard/1/dashboard/');
  return {
    ...{ sandbox, workspace, turnOn, home: `${server.url}/dashboard` },
    turnOff: (hookId: string) => fetch(`${server.url}/hooks/${hookId}`, { method: 'DELETE', headers }),
    newestTask: async (): Promise<string | undefined> =>
      (
        (await (await fetch(`${server.url}/events?limit=1`, { headers })).json()) as {
          items: { task: { id: string } }[];
        }
      ).items[0]?.task.id,
    heard: (path: string) => zapier.received.filter((one) => one.path === path).length,
  };
};

let loop: Awaited<ReturnType<typeof startDashboard>>;

beforeAll(async () => {
  if (chromiumPath !== undefined) loop = await startDashboard();
}, 30_000);

const reassignOne = (): void => {
  const { sandbox, workspace } = loop;
  const task = workspace.tasks.find(
    ({ status, assignee_user_id }) => status === 'PENDING' && assignee_user_id !== null,
  );
  const other = workspace.people.find(({ userId }) => userId !== task?.assignee_user_id);
  if (task === undefined || other === undefined) throw new Error('The sandbox has nobody to reassign to.');
  sandbox.reassign(task.id, other.userId);
};

browserTest(
  'a workspace signs in, sees a reassignment as it happens, names a person, and imports a list',
  async () => {
    const window = await openWindow(desktop);
    const { page, complaints } = window;

    await signIn(page, loop.home, loop.workspace.keys.full);
    expect(await page.getByRole('heading', { level: 1 }).textContent()).not.toBe('');

    await page.getByRole('link', { name: 'Events', exact: true }).click();
    await page.waitForURL(`${loop.home}/events`);
    expect(await page.locator('[data-event]').count()).toBe(0);
    reassignOne();
    await page.locator('[data-event]').first().waitFor();
    expect(await page.locator('[data-event]').count()).toBe(1);
    await expectReadable(window, 'events');
    await keepPicture(page, 'events', desktop);

    await clickThrough(page.getByRole('link', { name: 'People', exact: true }));
    const [person, colleague] = loop.workspace.people;
    if (person === undefined || colleague === undefined) throw new Error('The sandbox has no people.');
    const item = page.locator('article', { hasText: person.userId });
    await item.getByLabel('Name', { exact: true }).fill('Robin <b>Example</b>');
    await item.getByLabel('E-mail').fill('robin@example.com');
    await item.getByRole('button', { name: 'Save' }).click();
    await page.getByRole('heading', { name: 'Robin <b>Example</b>' }).waitFor();

    await page.goto(`${loop.home}/people-import`);
    await page.getByLabel('Or its text').fill(`user_id,name\n${person.userId},\nnobody at all,Name\n`);
    await clickThrough(page.getByRole('button', { name: 'Preview' }));
    await page.getByRole('alert').waitFor();
    expect(await page.getByRole('main').textContent()).toContain('Line 3');
    await page.getByLabel('Or its text').fill(`user_id,name,email\n${person.userId},Robin Example,robin@example.com\n`);
    await clickThrough(page.getByRole('button', { name: 'Preview' }));
    await clickThrough(page.getByRole('button', { name: 'Import 1 person' }));
    expect(await page.getByRole('status').textContent()).toBe('1 person is named now.');

    await page.goto(`${loop.home}/people-import`);
    await page
      .getByLabel('Or its text')
      .fill(
        `user_id,name,email\n${person.userId},Robin Okafor,robin@example.com\n${colleague.userId},Kim Lindqvist,kim@example.com\n`,
      );
    await clickThrough(page.getByRole('button', { name: 'Preview' }));
    await page.getByRole('button', { name: 'Import 2 people' }).waitFor();
    expect(await page.getByRole('deletion').textContent()).toBe('Robin Example');
    await keepPicture(page, 'people-preview', desktop);

    // The list that could not be used was answered with 400, which the console tells.
    expect(complaints.filter((text) => !text.includes('400'))).toEqual([]);
  },
  60_000,
);

browserTest.each([desktop, phone])(
  'every page can be read on a $name by everybody',
  async (looks) => {
    const window = await openWindow(looks);
    const { page, complaints } = window;
    await page.goto(`${loop.home}/sign-in`);
    await expectReadable(window, 'sign-in');
    await keepPicture(page, 'sign-in', looks);
    await signIn(page, loop.home, loop.workspace.keys.full);
    reassignOne();
    for (const name of ['health', 'why', 'events', 'who-to-whom', 'send-again', 'people', 'people-import']) {
      const answer = await page.goto(`${loop.home}/${name}`);
      expect(answer?.headers()['content-security-policy']).not.toContain('unsafe');
      await expectReadable(window, name);
      if (name !== 'why') await keepPicture(page, name, looks);
    }
    await page.goto(`${loop.home}/events`);
    const filter = page.getByLabel('Who had it');
    // On a small screen filters are folded, so that the list is in sight.
    expect(await filter.isVisible()).toBe(looks === desktop);
    if (looks === phone) await page.getByText('Filters', { exact: true }).click();
    expect(await filter.isVisible()).toBe(true);
    await page.goto(`${loop.home}/why`);
    await clickThrough(page.getByRole('button', { name: 'Find out' }));
    await page.getByRole('heading', { name: 'Was it sent?' }).waitFor();
    await expectReadable(window, 'why, answered');
    expect(complaints).toEqual([]);
  },
  60_000,
);

browserTest.each([desktop, phone])(
  'an operator signs in on a $name, and sees no task and no person',
  async (looks) => {
    const window = await openWindow(looks);
    const { page, complaints } = window;
    await page.goto(`${loop.home}/operator-sign-in`);
    await page.getByLabel('Operator token').fill(operatorToken);
    await page.getByRole('button', { name: 'Sign in' }).click();
    await page.waitForURL(`${loop.home}/operator`);
    await expectReadable(window, 'operator');
    await page.goto(`${loop.home}/operator-hooks`);
    await expectReadable(window, 'operator-hooks');
    const text = (await page.getByRole('main').textContent()) ?? '';
    for (const { userId } of loop.workspace.people) expect(text).not.toContain(userId);
    expect(complaints).toEqual([]);
  },
  60_000,
);

browserTest(
  'what was missed while a Zap was off is explained, counted, sent with its progress, and heard',
  async () => {
    const { sandbox, workspace, home } = loop;
    await loop.turnOff(await loop.turnOn('/hooks/standard/1/off/', '7'));
    // More than one request sends.
    const open = workspace.tasks.filter(({ status }) => status === 'PENDING').slice(0, 410);
    const reassign = ({ id, assignee_user_id }: (typeof open)[number]) => {
      const other = workspace.people.find(({ userId }) => userId !== assignee_user_id);
      sandbox.reassign(id, other?.userId ?? null);
    };
    // What changes after some of it was found is found after all of it.
    const last = open.splice(-1);
    for (const tasks of [open, last]) {
      tasks.forEach(reassign);
      const ids = tasks.map(({ id }) => id);
      await waitUntil('it was found', async () => ids.includes((await loop.newestTask()) ?? ''));
    }
    const hookId = await loop.turnOn('/hooks/standard/1/on/', '7');

    const window = await openWindow(desktop);
    const { page, complaints } = window;
    await signIn(page, home, workspace.keys.full);
    await page.goto(`${home}/why?hook=${hookId}`);
    await page.getByText('It came while the Zap was off.').first().waitFor();
    await page.getByRole('link', { name: 'Send what it missed' }).first().click();
    await page.getByText('events came while the Zap was off').waitFor();
    expect(await page.getByLabel('State').inputValue()).toBe('missed');
    await expectReadable(window, 'send-again, counted');
    const small = await openWindow(phone);
    await signIn(small.page, home, workspace.keys.full);
    await small.page.goto(page.url());
    await expectReadable(small, 'send-again, counted');

    const button = page.getByRole('button', { name: /^Send \d+ events$/ });
    const count = /\d+/.exec((await button.textContent()) ?? '')?.[0] ?? '';
    expect(Number(count)).toBeGreaterThan(open.length);
    await button.click();
    await page.getByRole('progressbar').waitFor();
    expect(await page.getByRole('link', { name: 'Stop' }).count()).toBe(1);
    await page.getByText(`${count} events wait to be sent`).waitFor();
    await expectReadable(window, 'send-again, sent');
    await waitUntil('the Zap hears', () => loop.heard('/hooks/standard/1/on/') > 0);
    expect([...complaints, ...small.complaints]).toEqual([]);
  },
  60_000,
);
