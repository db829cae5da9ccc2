// Long: random histories, over every store.

import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Choice, type WayToChoose } from '../../../contract/choice.ts';
import type { Store } from '../../../webhook-server/store/store.ts';
import type { ChoiceMade, ChoiceToMake } from '../../../webhook-server/store/tenant-store.ts';
import { everyStore, type Ground } from '../../support/every-store.ts';
import { startHttp } from '../../support/started-http.ts';

// Two hundred runs at once, each for a task of its own. A fifth of them fail after choosing, or never hear the answer, and
// are repeated; others preview before. A journal keeps what the store did in which order, and is judged afterwards.

const seed = process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) };
const numRuns = Number(process.env['HISTORIES'] ?? 1);

/** Two hundred at once, and some more after people have gone away and come back. */
const waves = [Array.from({ length: 200 }, (_, index) => index), Array.from({ length: 40 }, (_, index) => 200 + index)];
const runCount = waves.flat().length;
const taskIdOf = (index: number) => `7c90c3cc-0d44-4b50-8888-8dd25736${String(index).padStart(4, '0')}`;
const userIdOf = (index: number) => `3c90c3cc-0d44-4b50-8888-8dd25736${String(index).padStart(4, '0')}`;

/** Somebody who is none of the people to choose among. */
const outsider = userIdOf(9_999);

const subsetOf = (count: number, size: fc.SubarrayConstraints = {}) =>
  fc.shuffledSubarray(
    Array.from({ length: count }, (_, index) => index),
    size,
  );

const history = fc.uniqueArray(fc.nat({ max: 9_998 }), { minLength: 2, maxLength: 9 }).chain((numbers) => {
  const people = numbers.map(userIdOf);
  const someone = fc.constantFrom(...people);
  /** Not all of them. */
  const away = fc.subarray(people, { maxLength: people.length - 1 });
  return fc.record({
    people: fc.constant(people),
    /** Who is away during each wave. */
    away: fc.tuple(away, away),
    troubled: subsetOf(runCount, { minLength: runCount / 5, maxLength: runCount / 5 }),
    /** So many of the troubled runs do not hear the answer; the others fail. */
    unheard: fc.nat({ max: runCount / 5 }),
    peeking: subsetOf(runCount, { maxLength: 60 }),
    /** Who has which of these tasks; nobody of them has the others. */
    held: fc.array(fc.tuple(fc.nat({ max: runCount - 1 }), someone), { maxLength: 60 }),
    /** Tasks that stay where they are. */
    others: fc.array(someone, { maxLength: 40 }),
    /** Tasks that other steps are giving to them. */
    announced: fc.array(someone, { maxLength: 10 }),
    /** Of the first tasks the snapshot shows so many before the others come. */
    shown: fc.nat({ max: 200 }),
  });
});
type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

type Entry =
  | { kind: 'asked'; asked: ChoiceToMake; made: ChoiceMade }
  | { kind: 'settled'; id: string; state: 'done' | 'failed' };

/** A store that notes in which order it chose and settled: one workspace's choices come one after the other. */
const keepJournal = (store: Store, journal: Entry[]): Store => ({
  ...store,
  tenant: (organizationId) => {
    const tenant = store.tenant(organizationId);
    return new Proxy(tenant, {
      get(target, name) {
        if (name === 'choose') {
          return async (asked: ChoiceToMake) => {
            const made = await target.choose(asked);
            journal.push({ kind: 'asked', asked, made });
            return made;
          };
        }
        if (name === 'settleChoice') {
          return async (...given: Parameters<typeof target.settleChoice>) => {
            const isKnown = await target.settleChoice(...given);
            journal.push({ kind: 'settled', id: given[0], state: given[1].state });
            return isKnown;
          };
        }
        return Reflect.get(target, name) as unknown;
      },
    });
  },
});

const start = async (ground: Ground) => {
  const journal: Entry[] = [];
  const http = await startHttp({
    openStore: async (clock) => keepJournal(await ground.open(clock), journal),
    limits: { requestsPerMinute: 100_000, wakeUpsPerMinute: 100_000, callsWaiting: 1_000, callWaitMs: 60_000 },
  });

  const call = async (method: string, path: string, body: unknown): Promise<unknown> => {
    const { status, text, json } = await http.call(method, path, http.keys.full, body);
    if (status >= 300) throw new Error(`${method} ${path}: ${status} ${text}`);
    return json;
  };

  return {
    ...http,
    journal,
    call,
    ask: (body: unknown) => http.call('POST', '/choices', http.keys.full, body),
    choose: async (taskId: string, candidates: readonly string[], how: WayToChoose, preview = false) =>
      Choice.parse(await call('POST', '/choices', { task_id: taskId, candidates, how, preview })),
    settle: (id: string | null, state: 'done' | 'failed') =>
      call('PATCH', `/choices/${id}`, {
        state,
        ...(state === 'done' ? { updated_at: new Date(http.nowMs()).toISOString() } : {}),
      }),
    setAway: (people: readonly string[], away: readonly string[]) =>
      call(
        'POST',
        '/people/import',
        people.map((user_id) => ({
          user_id,
          away_until: away.includes(user_id) ? new Date(http.nowMs() + 3_600_000).toISOString() : null,
        })),
      ),
    /** What the server knows of tasks, as one look at Topo shows it. */
    async show(holders: Iterable<readonly [string, string]>, kind: 'baseline' | 'incremental') {
      http.passTime(1_000);
      await http.store.tenant(http.organizationId).nudge();
      const [claim] = await http.store.work.claimPolls({ limit: 1, leaseMs: 60_000 });
      if (claim === undefined) throw new Error('The workspace is not due.');
      const { organizationId, lease } = claim;
      const updatedAtUs = http.nowMs() * 1_000;
      const rows = [...holders].map(([id, assigneeId]) => ({
        task: { id, sequence_id: null, assignee_user_id: assigneeId, updated_at: new Date(http.nowMs()).toISOString() },
        assigneeId,
        isOpen: true,
        createdAtUs: updatedAtUs,
        updatedAtUs,
      }));
      const scan = {
        ...{ id: `scan-${http.nowMs()}`, kind, isSilent: false, startedAtMs: http.nowMs(), topUs: null, floorUs: null },
        ...{ rowsRead: rows.length, totalRows: rows.length, cursor: null },
      };
      await http.store.work.recordPage(
        { organizationId, lease, rows, scan, end: { watermark: null } },
        { leaseMs: 60_000 },
      );
      await http.store.work.finishPoll({
        ...{ organizationId, lease, nextPollInMs: 0, result: 'done', sawChange: false, readAtMs: http.nowMs() },
      });
      http.passTime(1_000);
    },
  };
};

type Started = Awaited<ReturnType<typeof start>>;

/** One run: it may preview, it chooses, it may fail or never hear the answer, and then it is repeated; and it is replayed. */
const runStep = async (
  server: Started,
  { people, troubled, unheard, peeking }: History,
  how: WayToChoose,
  index: number,
) => {
  const taskId = taskIdOf(index);
  const among = index % 2 === 0 ? people : people.toReversed();
  if (peeking.includes(index)) {
    const peek = await server.choose(taskId, among, how, true);
    expect(peek.id).toBeNull();
  }
  let choice = await server.choose(taskId, among, how);
  const trouble = troubled.indexOf(index);
  if (trouble !== -1) {
    const isUnheard = trouble < unheard;
    if (!isUnheard) await server.settle(choice.id, 'failed');
    const again = await server.choose(taskId, among, how);
    if (isUnheard) expect(again).toEqual({ ...choice, repeated: true });
    choice = again;
  }
  await server.settle(choice.id, 'done');
  if (index % 3 === 0) expect(await server.choose(taskId, among, how)).toEqual({ ...choice, repeated: true });
};

/** Judges what happened by the rules alone: who holds which task, and who was given it. */
const createJudge = (history: History, how: WayToChoose) => {
  const known = new Map<string, string>(
    how === 'fewest' ? history.held.map(([task, user]) => [taskIdOf(task), user]) : [],
  );
  const fixed = how === 'fewest' ? [...history.others, ...history.announced] : [];
  const standing = new Map<string, { id: string; userId: string }>();
  const taskOf = new Map<string, string>();

  const count = (values: Iterable<string>) => {
    const counts = new Map(history.people.map((user) => [user, 0]));
    for (const value of values) counts.set(value, (counts.get(value) ?? 0) + 1);
    return counts;
  };
  const given = () => [...standing.values()].map(({ userId }) => userId);
  /** How many tasks of these runs each was given. */
  const shares = () => count(given());
  const loads = (without?: string) => {
    const remaining = [...known].filter(([task]) => task !== without && !standing.has(task)).map(([, user]) => user);
    return count([...given(), ...remaining, ...fixed]);
  };

  const judgeChoice = ({ taskId, isPreview }: ChoiceToMake, made: ChoiceMade, away: readonly string[]) => {
    if (made.kind !== 'chosen') throw new Error('Somebody was there.');
    const before = standing.get(taskId);
    if (before !== undefined) {
      expect(made).toMatchObject(before);
      return;
    }
    expect(away).not.toContain(made.userId);
    if (how === 'fewest') {
      const now = loads(taskId);
      const present = history.people.filter((user) => !away.includes(user)).map((user) => now.get(user) ?? 0);
      expect([now.get(made.userId), made.openTasks]).toEqual([Math.min(...present), Math.min(...present)]);
    }
    if (isPreview) return;
    standing.set(taskId, { id: made.id, userId: made.userId });
    taskOf.set(made.id, taskId);
  };

  return {
    shares,
    loads,
    standing,
    judge(entries: readonly Entry[], away: readonly string[]) {
      for (const entry of entries) {
        if (entry.kind === 'asked') judgeChoice(entry.asked, entry.made, away);
        else if (entry.state === 'failed') standing.delete(taskOf.get(entry.id) ?? '');
      }
    },
  };
};

const valuesOf = (counts: ReadonlyMap<string, number>, users: readonly string[]) =>
  users.map((user) => counts.get(user) ?? 0);

const spread = (values: readonly number[]) => (values.length === 0 ? 0 : Math.max(...values) - Math.min(...values));

const check = async (ground: Ground, given: History, how: WayToChoose): Promise<void> => {
  const server = await start(ground);
  try {
    const judge = createJudge(given, how);
    const isLoaded = how === 'fewest';
    // The first question makes the server watch the workspace.
    await server.choose(taskIdOf(9_999), [outsider], 'turn', true);
    if (isLoaded) {
      const held = new Map(given.held.map(([task, user]) => [taskIdOf(task), user]));
      const others = given.others.map((user, index) => [taskIdOf(1_000 + index), user] as const);
      await server.show([...held, ...others, [taskIdOf(8_000), outsider]], 'baseline');
      const intents = given.announced.map((user, index) => ({
        task_id: taskIdOf(2_000 + index),
        assignee_user_id: user,
      }));
      if (intents.length > 0) await server.call('POST', '/intents', intents);
    }
    server.journal.length = 0;

    const always = given.people.filter((user) => !given.away.flat().includes(user));
    for (const [wave, indices] of waves.entries()) {
      const away = given.away[wave] ?? [];
      const present = given.people.filter((user) => !away.includes(user));
      const before = judge.shares();
      await server.setAway(given.people, away);
      await Promise.all(indices.map((index) => runStep(server, given, how, index)));
      judge.judge(server.journal.splice(0), away);

      const tasks = indices.map(taskIdOf);
      expect(tasks.filter((task) => !judge.standing.has(task))).toEqual([]);
      if (how === 'turn') {
        const after = judge.shares();
        const gained = present.map((user) => (after.get(user) ?? 0) - (before.get(user) ?? 0));
        // Whoever comes back may be one turn ahead or behind.
        expect(spread(gained)).toBeLessThanOrEqual(wave === 0 ? 1 : 2);
        expect(spread(valuesOf(after, always))).toBeLessThanOrEqual(1);
      } else {
        // Whoever was given a task has at most one more than anybody else.
        const loads = judge.loads();
        const gave = new Set(tasks.map((task) => judge.standing.get(task)?.userId));
        const fewest = Math.min(...valuesOf(loads, present));
        for (const user of present.filter((one) => gave.has(one))) {
          expect((loads.get(user) ?? 0) - fewest).toBeLessThanOrEqual(1);
        }
        const seen = tasks.slice(0, given.shown).flatMap((task) => {
          const choice = judge.standing.get(task);
          return choice === undefined ? [] : [[task, choice.userId] as const];
        });
        await server.show(seen, 'incremental');
      }
    }

    // A preview changes nothing, and nobody is chosen when nobody is there.
    const [peek, peekAgain] = [
      await server.choose(taskIdOf(5_000), given.people, how, true),
      await server.choose(taskIdOf(5_001), given.people, how, true),
    ];
    expect(peekAgain).toEqual(peek);
    expect((await server.choose(taskIdOf(5_002), given.people, how)).user_id).toBe(peek.user_id);
    await server.setAway(given.people, given.people);
    const body = { task_id: taskIdOf(5_003), candidates: given.people, how };
    expect((await server.ask(body)).status).toBe(409);
  } finally {
    await server.close();
  }
};

for (const { name, describe, begin } of everyStore) {
  describe(`two hundred runs at once over ${name}`, () => {
    test.each<[WayToChoose, string]>([
      ['turn', 'in turn, each gets the same share, but for one'],
      ['fewest', 'whoever has the fewest open tasks, and all end with as many, but for one, where that can be'],
    ])('choose %s: %s', async (how) => {
      await fc.assert(
        fc.asyncProperty(history, async (given) => check(await begin(), given, how)),
        { numRuns, endOnFailure: true, ...seed },
      );
    });
  });
}
