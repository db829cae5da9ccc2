import { expect, test } from '@jest/globals';
import { type Change, type Ledger, type PostRecord, reconcile } from '../../../dev/chaos/ledger.ts';

const change = (taskId: string, second = 0): Change => ({
  taskId,
  previous: 'ada',
  next: 'grace',
  updatedAt: `2026-03-02T09:00:0${second}.000Z`,
});

const eventOf = (change: Change, eventId = `evt_${change.taskId}_${change.updatedAt}`) => ({ ...change, eventId });

const postsOf = (eventId: string): PostRecord[] =>
  ['a', 'b'].map((hook) => ({ hook, webhookId: `msg_${hook}_${eventId}`, eventId, isAccepted: true }));

/** Two changes that every hook got once, and one kill while nothing was in flight. */
const good = (): Ledger => {
  const changes = [change('one'), change('two', 1)];
  const events = changes.map((each) => eventOf(each));
  const posts = events.flatMap(({ eventId }) => postsOf(eventId));
  return {
    changes,
    events,
    hooks: ['a', 'b'],
    posts,
    runs: events.map(({ eventId }) => eventId),
    inFlight: [],
    attempts: new Map(posts.map(({ webhookId }) => [webhookId, 1])),
    kills: 1,
  };
};

const first = <Item>(items: readonly Item[]): Item => items[0] as Item;

test('every change delivered exactly once is no problem', () => {
  expect(reconcile(good())).toEqual({
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
  const ledger = { ...good(), changes: [], events: [], posts: [], runs: [] };
  expect(reconcile(ledger).problems).toHaveLength(1);
});

test('a change without an event is lost', () => {
  const ledger = good();
  const { result, problems } = reconcile({ ...ledger, changes: [...ledger.changes, change('three')] });
  expect(result.lost).toBe(1);
  expect(problems).toHaveLength(1);
});

test('an event with another person, time or task does not report the change', () => {
  const ledger = good();
  const [one, two] = ledger.events;
  for (const wrong of [
    { next: 'hedy' },
    { previous: null },
    { updatedAt: '2026-03-02T09:00:09.000Z' },
    { taskId: 'x' },
  ]) {
    const events = [{ ...one, ...wrong }, two] as Ledger['events'];
    const { result, problems } = reconcile({ ...ledger, events });
    expect(result.lost).toBe(1);
    expect(problems).toHaveLength(2);
  }
});

test('an event that a hook never accepted is lost, even when it was sent', () => {
  const ledger = good();
  const without = ledger.posts.slice(1);
  const refused = [{ ...first(ledger.posts), isAccepted: false }, ...without];
  for (const posts of [without, refused]) {
    const { result, problems } = reconcile({ ...ledger, posts });
    expect(result).toMatchObject({ delivered: 3, lost: 1 });
    expect(problems).toHaveLength(1);
  }
});

test('an event for which the Zap did not run is lost, and one for which it ran twice is a second run', () => {
  const ledger = good();
  const [one = '', two = ''] = ledger.runs;
  expect(reconcile({ ...ledger, runs: [one] }).result).toMatchObject({ lost: 1, second_runs: 0 });
  const twice = reconcile({ ...ledger, runs: [one, two, two] });
  expect(twice.result).toMatchObject({ lost: 0, second_runs: 1 });
  expect(twice.problems).toHaveLength(1);
});

test('a change with two events, and an event without a change, are problems', () => {
  const ledger = good();
  for (const added of [eventOf(change('one'), 'evt_again'), eventOf(change('never'), 'evt_never')]) {
    const events = [...ledger.events, added];
    const posts = [...ledger.posts, ...postsOf(added.eventId)];
    const { result, problems } = reconcile({ ...ledger, events, posts, runs: [...ledger.runs, added.eventId] });
    expect(result).toMatchObject({ changes: 2, events: 3, lost: 0 });
    expect(problems).toHaveLength(1);
  }
});

test('a duplicate is explained by one kill that interrupted its delivery, and by nothing else', () => {
  const ledger = good();
  const post = first(ledger.posts);
  const { webhookId } = post;
  const twice = { ...ledger, posts: [...ledger.posts, post], attempts: new Map([[webhookId, 2]]) };
  const cut = { webhookId, attempt: 1, isAmbiguous: true };

  const explained = reconcile({ ...twice, inFlight: [cut] });
  expect(explained.problems).toEqual([]);
  expect(explained.result).toMatchObject({ duplicates: 1, ambiguous: 1 });

  // Seen at two kills, it is still one attempt.
  const thrice = { ...twice, posts: [...twice.posts, post], inFlight: [cut, cut] };
  for (const ledger of [
    twice,
    thrice,
    { ...twice, inFlight: [{ ...cut, webhookId: 'msg_other' }] },
    // The delivery was not attempted again, so nothing explains a second POST.
    { ...twice, inFlight: [cut], attempts: new Map([[webhookId, 1]]) },
  ]) {
    expect(reconcile(ledger).problems).toHaveLength(1);
  }
});

test('a delivery that a kill interrupted and that is not marked as ambiguous is a problem, even without a duplicate', () => {
  const ledger = good();
  const { webhookId } = first(ledger.posts);
  const inFlight = [{ webhookId, attempt: 1, isAmbiguous: false }];
  const { result, problems } = reconcile({ ...ledger, inFlight, attempts: new Map([[webhookId, 2]]) });
  expect(result.ambiguous).toBe(0);
  expect(problems).toHaveLength(1);
});

test('one event with two ids at one hook is a problem, whatever was interrupted', () => {
  const ledger = good();
  const post = first(ledger.posts);
  const posts = [...ledger.posts, { ...post, webhookId: 'msg_new' }];
  const inFlight = [{ webhookId: post.webhookId, attempt: 1, isAmbiguous: true }];
  const { problems } = reconcile({ ...ledger, posts, inFlight, attempts: new Map([[post.webhookId, 2]]) });
  expect(problems).toHaveLength(1);
});
