import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { json } from 'node:stream/consumers';
import * as z from 'zod';
import type { Task } from '../../topo/task.ts';
import { type IpcMessage, readNumber } from './harness/message.ts';
import { serveParent } from './harness/serve-parent.ts';
import { preparedTasks } from './prepared-tasks.ts';

/** How long the list of a usual workspace is, and that of a big one. */
const usualTasks = 1_000;
const bigTasks = 100_000;

const answerMs = 200;
const bigAnswerMs = 3_000;

type Page = { page: number; size: number; sortOrder: string | null };

const bytesOf = (items: readonly Task[], size: number, total: number, hasMore: boolean): Buffer =>
  Buffer.from(JSON.stringify({ items, total_count: total, total_pages: Math.ceil(total / size), has_more: hasMore }));

const pageBytes = ({ page, size, sortOrder }: Page, total: number): Buffer => {
  const [from, to] = [(page - 1) * size, Math.min(page * size, total)];
  const items = sortOrder === 'desc' ? preparedTasks(total - to, total - from).toReversed() : preparedTasks(from, to);
  return bytesOf(items, size, total, to < total);
};

/** The first pages of the newest tasks, by their size: what an idle poll asks for. */
const newest = new Map<number, Buffer>();

const newestBytes = (size: number): Buffer => {
  const bytes = newest.get(size) ?? pageBytes({ page: 1, size, sortOrder: 'desc' }, usualTasks);
  newest.set(size, bytes);
  return bytes;
};

/** The tasks of a usual workspace, the newest first. */
const usual = preparedTasks(0, usualTasks).toReversed();
const usualById = new Map(usual.map((task) => [task.id, task]));

/** The tasks of each key's workspace that were reassigned, the newest change last. */
const changed = new Map<string, Map<string, Task>>();

/** The first page of the newest tasks, with those on top that were reassigned. */
const newestPage = (key: string, size: number): Buffer => {
  const tasks = changed.get(key);
  if (tasks === undefined) return newestBytes(size);
  const others = usual.slice(0, size + tasks.size).filter(({ id }) => !tasks.has(id));
  const items = [...[...tasks.values()].toReversed(), ...others];
  return bytesOf(items.slice(0, size), size, usualTasks, true);
};

/** When each workspace was last asked about, and the pauses between that, in milliseconds. */
const lastAskedMs = new Map<string, number>();
const polls = new Map<string, number>();
let gapsMs: number[] = [];
let requests = 0;
let begunMs = 0;

const noteAsked = (key: string, nowMs: number): void => {
  const last = lastAskedMs.get(key);
  if (last !== undefined) gapsMs.push(nowMs - last);
  lastAskedMs.set(key, nowMs);
  polls.set(key, (polls.get(key) ?? 0) + 1);
};

const send = (response: ServerResponse, body: Buffer): void => {
  response.writeHead(200, { 'content-type': 'application/json', 'content-length': body.length });
  response.end(body);
};

const Reassignment = z.object({ assignee_user_id: z.string() });

const reassign = async (key: string, taskId: string, request: IncomingMessage): Promise<Task | undefined> => {
  const { assignee_user_id } = Reassignment.parse(await json(request));
  const task = usualById.get(taskId);
  if (task === undefined) return undefined;
  const moved = { ...task, assignee_user_id, updated_at: new Date().toISOString() };
  const tasks = changed.get(key) ?? new Map<string, Task>();
  changed.set(key, tasks);
  // What changed last is the last.
  tasks.delete(taskId);
  tasks.set(taskId, moved);
  return moved;
};

/** What else is asked: whom a key belongs to, and to give a task to somebody. Nothing else is there. */
const answerOther = async (key: string, path: string, request: IncomingMessage): Promise<Buffer | undefined> => {
  const number = /^topo_usual_(\d+)$/.exec(key)?.[1];
  const scopes = ['tasks:read', 'tasks:write'];
  if (path === '/v1/me' && number !== undefined)
    return Buffer.from(JSON.stringify({ organization_id: `usual-${number}`, scopes }));
  const taskId = /^\/v1\/tasks\/([^/]+)\/assignee$/.exec(path)?.[1];
  const task = taskId === undefined ? undefined : await reassign(key, taskId, request);
  return task && Buffer.from(JSON.stringify(task));
};

const sendOther = async (key: string, path: string, request: IncomingMessage, response: ServerResponse) => {
  const body = await answerOther(key, path, request);
  if (body !== undefined) return void setTimeout(() => send(response, body), answerMs);
  response.writeHead(404, { 'content-type': 'application/json' });
  response.end('{"code":"NOT_FOUND","message":"This Topo has only tasks."}');
};

const answer = (request: IncomingMessage, response: ServerResponse): void => {
  const { authorization = '' } = request.headers;
  const key = authorization.slice('Bearer '.length);
  const isBig = key.startsWith('topo_big');
  const { pathname, searchParams } = new URL(request.url ?? '', 'http://topo');
  if (pathname !== '/v1/tasks') {
    sendOther(key, pathname, request, response).catch(() => response.destroy());
    return;
  }
  const page = { page: Number(searchParams.get('page') ?? 1), size: Number(searchParams.get('size') ?? 10) };
  const sortOrder = searchParams.get('sort_order');
  if (isBig) {
    setTimeout(() => send(response, pageBytes({ ...page, sortOrder }, bigTasks)), bigAnswerMs);
    return;
  }
  // A server that starts asks without a key whether Topo is there.
  if (authorization !== '') {
    requests += 1;
    noteAsked(authorization, performance.now());
  }
  const isNewest = page.page === 1 && sortOrder === 'desc';
  const body = isNewest ? newestPage(key, page.size) : pageBytes({ ...page, sortOrder }, usualTasks);
  setTimeout(() => send(response, body), answerMs);
};

const server = createServer(answer);
server.keepAliveTimeout = 75_000;
server.listen(0, '127.0.0.1');
const listening = once(server, 'listening');

const processorMs = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
let processorBegunMs = 0;

/** Whoever was not asked about for too long has waited at least until now. */
const openGapsMs = (question: IpcMessage, nowMs: number): number[] => {
  const expected = readNumber(question, 'workspaces');
  const open = [...lastAskedMs.values()].map((last) => nowMs - last);
  const never = Array.from({ length: Math.max(0, expected - open.length) }, () => nowMs - begunMs);
  return [...open, ...never].filter((gapMs) => gapMs > readNumber(question, 'lateMs'));
};

serveParent(async (question) => {
  await listening;
  const nowMs = performance.now();
  switch (question['kind']) {
    case 'place': {
      const address = server.address();
      if (address === null || typeof address === 'string') throw new Error('The prepared Topo has no port.');
      return { url: `http://127.0.0.1:${address.port}/v1` };
    }
    case 'polled':
      return { workspaces: [...polls.values()].filter((count) => count >= readNumber(question, 'times')).length };
    case 'begin':
      [gapsMs, requests, begunMs, processorBegunMs] = [[], 0, nowMs, processorMs()];
      return {};
    case 'take':
      return {
        gapsMs: [...gapsMs, ...openGapsMs(question, nowMs)],
        requests,
        tookMs: nowMs - begunMs,
        processorMs: processorMs() - processorBegunMs,
      };
    default:
      throw new RangeError('The prepared Topo does not know this question.');
  }
});
