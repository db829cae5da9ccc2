// Slow: a real browser.
import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Page } from 'playwright-core';
import { startWebhookServer } from '../../../dev/local-server/start-webhook-server.ts';
import { waitUntil } from '../../../dev/local-server/wait-until.ts';
import { databasePathIn } from '../../../webhook-server/data-files.ts';
import { createDelivery } from '../../../webhook-server/delivery/delivery.ts';
import { createTransport } from '../../../webhook-server/delivery/transport.ts';
import { zapierLimits } from '../../../webhook-server/delivery/zapier-limits.ts';
import { createTargetCheck, readAllowedHost } from '../../../webhook-server/hook-target.ts';
import { sealHook } from '../../../webhook-server/seals/seal-hook.ts';
import { Secret } from '../../../webhook-server/secrets/secret.ts';
import { createVault } from '../../../webhook-server/secrets/vault.ts';
import { createSqliteStore } from '../../../webhook-server/store/sqlite/sqlite-store.ts';
import type { NewHook } from '../../../webhook-server/store/tenant-store.ts';
import {
  chromiumPath,
  clickThrough,
  desktop,
  expectReadable,
  keepPicture,
  openWindow,
  phone,
  signIn,
  type Window,
} from '../../support/browser.ts';
import { keepLog } from '../../support/keep-log.ts';
import { startReceiver } from '../../support/receiver.ts';
import { tempFolder } from '../../support/temp-folder.ts';
import { watchWorkspace } from '../../support/watch-workspace.ts';

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;

const browserTest = chromiumPath === undefined ? test.skip : test;

const closers: (() => Promise<unknown>)[] = [];
afterAll(async () => {
  for (const close of closers.splice(0).reverse()) await close();
});

/** The key that `watchWorkspace` seals with. */
const encryptionKey = Buffer.alloc(32, 1);

const newSecret = () => new Secret(`whsec_${randomBytes(32).toString('base64')}`);

/** Zaps by what Zapier answers for them, and what they are called. */
const zaps = {
  team: { name: 'Tell the team', filters: {} },
  mails: { name: 'E-mails only', filters: { task_types: ['EMAIL_REPLY'] } },
  crm: { name: 'Into the CRM', filters: {} },
  old: { name: 'Deleted in Zapier', filters: {} },
} as const;
type Zap = keyof typeof zaps;

type Time = { sinceMs: number; untilMs: number };

/**
 * Four days of a workspace, lived by the detector and the delivery themselves between a sandbox and a receiver that plays
 * Zapier, on a clock that is moved; then the built server goes on with the same database.
 */
const startAfterFourDays = async () => {
  const dataFolder = tempFolder();
  const vault = createVault(encryptionKey);
  const zapier = await startReceiver();
  const watched = await watchWorkspace({
    taskCount: 80,
    startMs: Math.floor(Date.now() / minuteMs) * minuteMs - 4 * dayMs,
    openStore: async (clock) => createSqliteStore(databasePathIn(dataFolder), clock),
  });
  closers.push(watched.close);
  const { sandbox, workspace } = watched;
  const allowed = readAllowedHost(zapier.host);
  const transport = createTransport();
  closers.push(transport.close);
  const delivery = createDelivery({
    store: watched.store.work,
    vault,
    checkTarget: createTargetCheck(allowed === undefined ? [] : [allowed]),
    transport,
    limits: zapierLimits,
    clock: watched.nowMs,
    monotonicClock: watched.nowMs,
    random: () => 0.5,
    log: keepLog(),
  });

  const turnOn = async (zap: Zap): Promise<string> => {
    const url = new URL(`${zapier.url}/hooks/standard/1/${zap}/`);
    const sealed = sealHook(vault, { id: `hok_${zap}`, url, secret: newSecret() });
    const { name, filters } = zaps[zap];
    const { id } = await watched.subscribe(undefined, { ...sealed, filters: filters as NewHook['filters'] });
    await watched.tenant.nameHook(id, name);
    return id;
  };
  const deliver = async (): Promise<void> => {
    for (let claims = await delivery.claim(10); claims.length > 0; claims = await delivery.claim(10)) {
      await Promise.all(claims.map((claim) => delivery.run(claim, new AbortController().signal)));
    }
  };
  /** So much time passes, in which Topo is read and what is due is sent. */
  const pass = async (ms: number): Promise<Time> => {
    const sinceMs = watched.nowMs();
    const untilMs = sinceMs + ms;
    for (;;) {
      const polledInMs = (await watched.store.work.msUntilPoll()) ?? ms;
      const sentInMs = (await delivery.msUntilDue()) ?? ms;
      const stepMs = Math.max(1, Math.min(polledInMs, sentInMs));
      if (watched.nowMs() + stepMs > untilMs) break;
      watched.passTime(stepMs);
      await watched.poll();
      await deliver();
    }
    watched.passTime(untilMs - watched.nowMs());
    return { sinceMs, untilMs };
  };
  const calls = workspace.tasks.filter(
    ({ status, type, assignee_user_id }) => status === 'PENDING' && type !== 'EMAIL_REPLY' && assignee_user_id !== null,
  );
  /** Somebody gives a task away in Topo. */
  const reassign = (): string => {
    const task = calls.shift();
    const other = workspace.people.find(({ userId }) => userId !== task?.assignee_user_id);
    if (task === undefined || other === undefined) throw new Error('The sandbox has nobody to reassign to.');
    sandbox.reassign(task.id, other.userId);
    return task.id;
  };

  for (const zap of Object.keys(zaps) as Zap[]) await turnOn(zap);
  await watched.listen();
  await pass(minuteMs);

  const refused = reassign();
  const isRefused = (path: string, body: string) => path.includes('/crm/') && body.includes(refused);
  zapier.answer = (response, { path, body }) => {
    response.writeHead(path.includes('/old/') ? 410 : isRefused(path, body) ? 500 : 200).end('{}');
  };
  const failing = await pass(5 * minuteMs);
  for (let hours = 0; hours < 80; hours += 1) {
    // The server goes on, and a Zap that takes something now and then is not ended.
    if (hours % 12 === 6) reassign();
    watched.passTime(59 * minuteMs);
    await pass(minuteMs);
  }
  const attempts = zapier.received.filter(({ path, body }) => isRefused(path, body)).length;

  await pass(minuteMs);
  reassign();
  const well = await pass(4 * minuteMs);
  const quiet = await pass(4 * minuteMs);
  sandbox.injectFault({ kind: 'html', status: 502, times: Number.POSITIVE_INFINITY });
  const down = await pass(10 * minuteMs);
  sandbox.clearFaults();
  await pass(4 * minuteMs);
  await watched.store.close();

  zapier.answer = (response) => response.end('{}');
  const server = await startWebhookServer({
    dataFolder,
    topoApiUrl: watched.topoUrl,
    hookHost: zapier.host,
    environment: { ENCRYPTION_KEY: encryptionKey.toString('hex') },
  });
  closers.push(() => server.stop());
  return { home: `${server.url}/dashboard`, workspace, zapier, attempts, failing, well, quiet, down };
};

let lived: Awaited<ReturnType<typeof startAfterFourDays>>;
let window: Window;
let page: Page;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  lived = await startAfterFourDays();
  window = await openWindow(desktop);
  page = window.page;
  await signIn(page, lived.home, lived.workspace.keys.full);
}, 60_000);

/** Asks for a Zap and a time; answers which of the five questions have a good answer. */
const ask = async (zap: Zap, { sinceMs, untilMs }: Time, person = ''): Promise<(string | null)[]> => {
  const since = new Date(sinceMs).toISOString();
  const until = new Date(untilMs).toISOString();
  await page.goto(`${lived.home}/why?${new URLSearchParams({ since, until, person })}`);
  await page.getByRole('combobox', { name: 'Zap' }).selectOption(`hok_${zap}`);
  await clickThrough(page.getByRole('button', { name: 'Find out' }));
  await page.getByRole('heading', { name: 'Was it sent?' }).waitFor();
  const answers = await page.locator('[data-answer]').all();
  return Promise.all(answers.map((answer) => answer.getAttribute('data-answer')));
};

const answerTo = async (question: string): Promise<string> =>
  (await page.locator('[data-answer]', { hasText: question }).innerText()) ?? '';

browserTest('all is well: the Zap was told, and Zapier took it', async () => {
  expect(await ask('team', lived.well)).toEqual(['well', 'well', 'well', 'well', 'well']);
  const sent = await answerTo('Was it sent?');
  expect(sent).toContain('received by Zapier');
  expect(sent).toMatch(/Zapier answered 200 after \d+ ms/);
  expect(window.complaints).toEqual([]);
});

browserTest('Topo was down: the gap is named, with its length and its reason', async () => {
  expect((await ask('team', lived.down))[0]).toBe('trouble');
  const read = await answerTo('Was Topo being read?');
  expect(read).toMatch(/\((9|10) minutes\).*502/);
  expect(window.complaints).toEqual([]);
});

browserTest('the Zap was off: Zapier had answered 410', async () => {
  expect((await ask('old', lived.well))[1]).toBe('trouble');
  const listening = await answerTo('Was the Zap listening?');
  expect(listening).toContain('Zapier answered that it does not exist any more (410)');
  expect(window.complaints).toEqual([]);
});

browserTest('nothing had changed', async () => {
  expect(await ask('team', lived.quiet)).toEqual(['well', 'well', 'trouble', 'trouble', 'trouble']);
  expect(await answerTo('Did anything change?')).toContain('Nothing was found');
  // Somebody who has no task, in a time in which others had.
  const idle = lived.workspace.people.at(-1)?.userId;
  expect(await ask('team', lived.well, idle)).toEqual(['well', 'well', 'trouble', 'trouble', 'trouble']);
  expect(window.complaints).toEqual([]);
});

browserTest('a filter kept it out: the filter is named, and the Zaps that heard', async () => {
  expect(await ask('mails', lived.well)).toEqual(['well', 'well', 'well', 'trouble', 'trouble']);
  const wanted = await answerTo('Did the Zap want it?');
  expect(wanted).toContain('the filter on the type of the task kept it out');
  expect(wanted).toContain('“Tell the team”');
  expect(wanted).not.toContain('Deleted in Zapier');
  await keepPicture(page, 'why', desktop, { fullPage: true });
  await page.setViewportSize(phone);
  await page.emulateMedia({ colorScheme: phone.colorScheme });
  await expectReadable(window, 'why, answered');
  await keepPicture(page, 'why', phone);
  await page.setViewportSize(desktop);
  await page.emulateMedia({ colorScheme: desktop.colorScheme });
  expect(window.complaints).toEqual([]);
});

browserTest('deliveries failed: each attempt is shown, and what was given up is sent again from there', async () => {
  expect(await ask('crm', lived.failing)).toEqual(['well', 'well', 'well', 'well', 'trouble']);
  expect(lived.attempts).toBeGreaterThan(5);
  const attempts = page.locator('[data-delivery="dead"] ol li');
  expect(await attempts.count()).toBe(lived.attempts);
  for (const text of await attempts.allInnerTexts()) expect(text).toMatch(/: Zapier answered 500 after \d+ ms$/);

  await clickThrough(page.locator('[data-delivery="dead"]').getByRole('button', { name: 'Send again' }));
  await waitUntil('Zapier has it', async () => {
    await page.reload();
    return (await page.locator('[data-delivery="delivered"]').count()) === 1;
  });
  expect(window.complaints).toEqual([]);
});
