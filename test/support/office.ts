import { type DirectoryEntry, unnamedPerson } from '../../contract/person.ts';
import type { SandboxOptions } from '../../dev/sandbox/create-sandbox.ts';
import type { NewTask } from '../../dev/sandbox/workspace/simulated-user.ts';
import { startReceiver } from './receiver.ts';
import { startTopo } from './topo-sandbox.ts';
import { runApp } from './zapier-app.ts';

/** A webhook server that knows people and takes intents, and keeps what it was asked. `people` may change. */
const startPeopleServer = async (people: DirectoryEntry[] = []) => {
  const known = { people };
  let announced = 0;
  const announce = () => {
    announced += 1;
    return { id: `int_${announced}` };
  };
  const receiver = await startReceiver((response, { method, path, body }) => {
    const answer = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    if (method === 'GET' && path === '/people') return answer(200, { items: known.people });
    if (method === 'POST' && path === '/intents') {
      const given: unknown = JSON.parse(body);
      return answer(202, Array.isArray(given) ? { items: given.map(announce) } : announce());
    }
    if (method === 'PATCH' && path === '/intents') return answer(200, { unknown_ids: [] });
    if (method === 'PATCH' && path.startsWith('/intents/')) return answer(200, {});
    return answer(404, { error: { code: 'not_found', message: `There is no ${path} here.`, request_id: 'req_1' } });
  });
  /** What it was told of intents, oldest first. */
  const told = () =>
    receiver.received
      .filter(({ path }) => path.startsWith('/intents'))
      .map(({ method, path, body }): { method: string; path: string; json: unknown } => ({
        method,
        path,
        json: JSON.parse(body),
      }));
  return { receiver, known, url: receiver.url, told };
};

/** An empty workspace of six people, three of whom the directory knows by name, and the app connected to both. */
export const startOffice = async (options: SandboxOptions = {}) => {
  const topo = await startTopo({ taskCount: 0, ...options });
  const [holder, taker, bystander, ...strangers] = topo.workspace.people;
  if (holder === undefined || taker === undefined || bystander === undefined) throw new Error('There are too few.');
  const server = await startPeopleServer(
    [holder, taker, bystander].map(({ userId, name, email }) => ({ ...unnamedPerson(userId), name, email })),
  );
  const variables = { TOPO_API_URL: topo.url, WEBHOOK_SERVER_URL: server.url };
  const { keys } = topo.workspace;
  let made = 0;

  /** An open task of the holder’s, a minute younger than the one before. */
  const createTask = (task: NewTask = {}) => {
    made += 1;
    const created_at = new Date(Date.parse('2026-03-02T09:00:00Z') + made * 60_000).toISOString();
    return topo.sandbox.createTask({ assignee_user_id: holder.userId, created_at, ...task });
  };

  return {
    ...topo,
    holder,
    taker,
    bystander,
    strangers,
    server,
    variables,
    app: runApp(variables, keys.full),
    appWith: (key: keyof typeof keys) => runApp(variables, keys[key]),
    createTask,
    createTasks: (count: number, task: NewTask = {}) => Array.from({ length: count }, () => createTask(task)),
    /** Who has a task now. */
    holderOf: (id: string) => topo.sandbox.task(id)?.assignee_user_id,
    /** What Topo was asked, such as `GET /v1/tasks`, oldest first. */
    asked: () => topo.sandbox.requests.entries.map(({ method, path }) => `${method} ${path}`),
    writes: () => topo.sandbox.requests.entries.filter(({ method }) => method !== 'GET'),
  };
};

export type Office = Awaited<ReturnType<typeof startOffice>>;
