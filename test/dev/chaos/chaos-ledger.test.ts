import { expect, test } from '@jest/globals';
import { type Change, drawBalance, type Post, type Records } from '../../../dev/chaos/ledger.ts';

const change = (taskId: string, second = 0): Change => ({
  taskId,
  previous: 'ada',
  next: 'grace',
  updatedAt: `2026-03-02T09:00:0${second}.000Z`,
});

const tell = (told: Change, eventId = `evt_${told.taskId}_${told.updatedAt}`) => ({ ...told, eventId });

const postsOf = (eventId: string): Post[] =>
  ['a', 'b'].map((hook) => ({ hook, webhookId: `msg_${hook}_${eventId}`, eventId, isAccepted: true }));

/** Two changes of which everybody heard once, with one kill during which nothing was under way. */
const good = (): Records => {
  const changes = [change('one'), change('two', 1)];
  const told = changes.map((each) => tell(each));
  const posts = told.flatMap(({ eventId }) => postsOf(eventId));
  return {
    changes,
    told,
    hooks: ['a', 'b'],
    posts,
    runs: told.map(({ eventId }) => eventId),
    underWay: [],
    attempts: new Map(posts.map(({ webhookId }) => [webhookId, 1])),
    kills: 1,
  };
};

const first = <Item>(items: readonly Item[]): Item => items[0] as Item;

test('when everybody heard of every change once, everything held', () => {
  expect(drawBalance(good())).toEqual({
    result: {
      changes: 2,
      events: 2,
      delivered: 4,
      lost: 0,
      duplicates: 0,
      ambiguous: 0,
      second_runs: 0,
      kills: 1,
    },
    problems: [],
  });
});

test('a run in which nothing changed shows nothing', () => {
  const records = { ...good(), changes: [], told: [], posts: [], runs: [] };
  expect(drawBalance(records).problems).toHaveLength(1);
});

test('a change without an event is lost', () => {
  const records = good();
  const { result, problems } = drawBalance({ ...records, changes: [...records.changes, change('three')] });
  expect(result.lost).toBe(1);
  expect(problems).toHaveLength(1);
});

test('an event with another person, another time or of another task does not tell a change', () => {
  const records = good();
  const [one, two] = records.told;
  for (const wrong of [
    { next: 'hedy' },
    { previous: null },
    { updatedAt: '2026-03-02T09:00:09.000Z' },
    { taskId: 'x' },
  ]) {
    const told = [{ ...one, ...wrong }, two] as Records['told'];
    const { result, problems } = drawBalance({ ...records, told });
    expect(result.lost).toBe(1);
    expect(problems).toHaveLength(2);
  }
});

test('an event that a hook never accepted is lost, also when it was sent', () => {
  const records = good();
  const without = records.posts.slice(1);
  const refused = [{ ...first(records.posts), isAccepted: false }, ...without];
  for (const posts of [without, refused]) {
    const { result, problems } = drawBalance({ ...records, posts });
    expect(result).toMatchObject({ delivered: 3, lost: 1 });
    expect(problems).toHaveLength(1);
  }
});

test('an event for which the Zap did not run is lost, and one for which it ran twice is a second run', () => {
  const records = good();
  const [one = '', two = ''] = records.runs;
  expect(drawBalance({ ...records, runs: [one] }).result).toMatchObject({ lost: 1, second_runs: 0 });
  const twice = drawBalance({ ...records, runs: [one, two, two] });
  expect(twice.result).toMatchObject({ lost: 0, second_runs: 1 });
  expect(twice.problems).toHaveLength(1);
});

test('a change that two events tell, and an event that tells no change, are problems', () => {
  const records = good();
  for (const added of [tell(change('one'), 'evt_again'), tell(change('never'), 'evt_never')]) {
    const told = [...records.told, added];
    const posts = [...records.posts, ...postsOf(added.eventId)];
    const { result, problems } = drawBalance({ ...records, told, posts, runs: [...records.runs, added.eventId] });
    expect(result).toMatchObject({ changes: 2, events: 3, lost: 0 });
    expect(problems).toHaveLength(1);
  }
});

test('a duplicate is explained by a kill that cut its delivery off, once, and by nothing else', () => {
  const records = good();
  const post = first(records.posts);
  const { webhookId } = post;
  const twice = { ...records, posts: [...records.posts, post], attempts: new Map([[webhookId, 2]]) };
  const cut = { webhookId, attempt: 1, isAmbiguous: true };

  const explained = drawBalance({ ...twice, underWay: [cut] });
  expect(explained.problems).toEqual([]);
  expect(explained.result).toMatchObject({ duplicates: 1, ambiguous: 1 });

  // Seen at two kills, it is still one attempt.
  const thrice = { ...twice, posts: [...twice.posts, post], underWay: [cut, cut] };
  for (const records of [
    twice,
    thrice,
    { ...twice, underWay: [{ ...cut, webhookId: 'msg_other' }] },
    // It went on, and nobody tried again: the one who sent it a second time had no reason to.
    { ...twice, underWay: [cut], attempts: new Map([[webhookId, 1]]) },
  ]) {
    expect(drawBalance(records).problems).toHaveLength(1);
  }
});

test('a delivery that a kill cut off without a mark is a problem, also without a duplicate', () => {
  const records = good();
  const { webhookId } = first(records.posts);
  const underWay = [{ webhookId, attempt: 1, isAmbiguous: false }];
  const { result, problems } = drawBalance({ ...records, underWay, attempts: new Map([[webhookId, 2]]) });
  expect(result.ambiguous).toBe(0);
  expect(problems).toHaveLength(1);
});

test('one event with two ids at one hook is a problem, whatever was cut off', () => {
  const records = good();
  const post = first(records.posts);
  const posts = [...records.posts, { ...post, webhookId: 'msg_new' }];
  const underWay = [{ webhookId: post.webhookId, attempt: 1, isAmbiguous: true }];
  const { problems } = drawBalance({ ...records, posts, underWay, attempts: new Map([[post.webhookId, 2]]) });
  expect(problems).toHaveLength(1);
});
