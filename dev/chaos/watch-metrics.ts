import { waitUntil } from '../local-server/wait-until.ts';
import { compareMetrics, countersOf, type Expected, figuresOf, type TopoRequest } from './compare-metrics.ts';
import { addUp, fetchMetrics, type Metrics } from './fetch-metrics.ts';
import type { Setup } from './set-up.ts';

/** A process asks its database every five seconds at most. */
const agreeWithinMs = 20_000;

const changesThatWait = 5;

const fetchAll = ({ fleet }: Setup): Promise<Metrics[]> =>
  Promise.all(fleet.servers.map(({ url }) => fetchMetrics(url)));

/** What is still wrong when time is up; nothing if it came right before. */
const untilRight = async (compare: () => Promise<string[]>): Promise<string[]> => {
  let wrong: string[] = [];
  const isRight = async () => {
    wrong = await compare();
    return wrong.length === 0;
  };
  await waitUntil('the metrics agree with the ledger', isRight, { withinMs: agreeWithinMs }).catch(() => undefined);
  return wrong;
};

const compareFigures = (setup: Setup, expected: Expected): Promise<string[]> =>
  untilRight(async () => (await fetchAll(setup)).flatMap((metrics) => compareMetrics(metrics, expected)));

/**
 * Holds what every process reads from the database against the ledger: when all is delivered, when one hook fails and
 * changes wait for it, and when the Zap is off besides. Returns what is wrong, in sentences.
 */
export const checkFigures = async (setup: Setup): Promise<string[]> => {
  const { receiver, sandbox, zap, zapPosts } = setup;
  const delivered = await compareFigures(setup, figuresOf({ active: 2, failing: 0, ended: 0, waiting: 0 }));

  receiver.refuseAll();
  const heard = zapPosts().length;
  for (const { id, assignee_user_id } of sandbox.workspaces[0].tasks.slice(0, changesThatWait)) {
    const other = sandbox.workspaces[0].people.find(({ userId }) => userId !== assignee_user_id);
    sandbox.reassign(id, other?.userId ?? null);
  }
  await waitUntil('the Zap has heard', () => zapPosts().length >= heard + changesThatWait);
  const one = { active: 1, failing: 1, ended: 0, waiting: changesThatWait };
  const failing = await compareFigures(setup, figuresOf(one));

  await zap.turnOff();
  const off = await compareFigures(setup, figuresOf({ ...one, active: 0, ended: 1 }));
  return [...delivered, ...failing, ...off];
};

/** A whole first page that follows a few rows goes on with them, or begins the next poll: the ledger cannot know. */
type Seen = TopoRequest & { mayGoOn: boolean };

/** What the detector has asked Topo: nothing else uses its key but to ask whose it is. */
const topoRequests = ({ sandbox, reader }: Setup): Seen[] =>
  sandbox.requests.entries
    .filter(({ keyPrefix, path }) => keyPrefix !== null && reader.key.startsWith(keyPrefix) && path !== '/v1/me')
    .map(({ status, path, query }, index, all) => {
      const beginsPoll = path === '/v1/tasks' && query.get('page') === '1' && query.get('sort_by') === 'updated_at';
      const before = all[index - 1]?.query.get('size') ?? Number.POSITIVE_INFINITY;
      return { status, beginsPoll, mayGoOn: beginsPoll && Number(query.get('size')) > Number(before) };
    });

/** The same, when none of those that may go on does, when one of them does, and so on. */
const casesOf = (seen: readonly Seen[]): TopoRequest[][] => {
  const doubtful = seen.filter(({ mayGoOn }) => mayGoOn);
  return [...doubtful.keys(), doubtful.length].map((count) => {
    const goingOn = new Set(doubtful.slice(0, count));
    return seen.map((request) => (goingOn.has(request) ? { ...request, beginsPoll: false } : request));
  });
};

/** Holds what the processes have counted, none of which was killed, against the ledger. Polls go on meanwhile. */
export const checkCounters = async (setup: Setup): Promise<string[]> => {
  const { sandbox, receiver, zapPosts } = setup;
  return untilRight(async () => {
    const requests = topoRequests(setup);
    const counted = addUp(await fetchAll(setup));
    if (topoRequests(setup).length !== requests.length) return ['Topo was asked meanwhile.'];
    const changes = sandbox.changes.entries;
    const posts = [...receiver.posts, ...zapPosts()];
    const wrong = casesOf(requests).map((asked) =>
      compareMetrics(counted, countersOf({ changes, posts, topoRequests: asked })),
    );
    return wrong.find((sentences) => sentences.length === 0) ?? wrong[0] ?? [];
  });
};
