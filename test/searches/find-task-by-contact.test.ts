import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { isOpen } from '../../topo/is-open.ts';
import { untilKnown } from '../support/known-contacts.ts';
import { startRealLoop } from '../support/real-loop.ts';

// Whatever the workspace holds, however far the server has read it, and whatever Topo fails at: a search by contact finds
// a task of that contact, or nothing where there is none, or says that it cannot tell.

const findTask = 'searches.find_task.operation.perform';

const numRuns = Number(process.env['HISTORIES'] ?? 8);
const emails = ['ada@initech.example', 'Bo@Initech.example', 'cy@globex.example', null] as const;
const statuses = ['PENDING', 'IN_PROGRESS', 'COMPLETED', 'SKIPPED', 'SNOOZED'] as const;
const troubled = ['/v1/sequences', '/v1/contacts', '/v1/tasks'] as const;

const newTask = fc.record({
  run: fc.nat({ max: 6 }),
  status: fc.constantFrom(...statuses),
  minutesOld: fc.nat({ max: 30_000 }),
});
type NewTask = { run: number; status: (typeof statuses)[number]; minutesOld: number };

const contacts = fc.array(fc.constantFrom(...emails), { minLength: 1, maxLength: 5 });
/** The contact of each run; none after it was deleted. */
const runs = fc.array(fc.option(fc.nat({ max: 4 }), { freq: 6 }), { minLength: 1, maxLength: 7 });
const search = fc.record({
  /** What happened just before the search. */
  newTasks: fc.array(newTask, { maxLength: 2 }),
  gone: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
  done: fc.array(fc.nat({ max: 30 }), { maxLength: 2 }),
  trouble: fc.option(fc.constantFrom(...troubled), { freq: 2 }),
  contact_email: fc.constantFrom('ada@initech.example', 'bo@initech.example', 'nobody@example.com'),
  status: fc.constantFrom('', 'OPEN', 'PENDING', 'SNOOZED', 'COMPLETED'),
});
const history = fc.record({
  contacts,
  runs,
  tasks: fc.array(newTask, { maxLength: 25 }),
  /** Whether the server has read everything before the first search. */
  isRead: fc.boolean(),
  searches: fc.array(search, { minLength: 1, maxLength: 4 }),
});
type History = typeof history extends fc.Arbitrary<infer Value> ? Value : never;

const calm = { newTasks: [], gone: [], done: [], trouble: null, status: 'OPEN' as const };

/** One in which somebody has a task and somebody has none, and nothing goes wrong: so both are seen in every run. */
const quiet: History = {
  contacts: ['ada@initech.example'],
  runs: [0],
  tasks: [{ run: 0, status: 'PENDING', minutesOld: 5 }],
  isRead: true,
  searches: [
    { ...calm, contact_email: 'ada@initech.example' },
    { ...calm, contact_email: 'nobody@example.com' },
  ],
};

type Loop = Awaited<ReturnType<typeof startRealLoop>>;
type Found = { id: string }[];
type Outcome = { kind: 'found'; found: Found } | { kind: 'thrown'; name: string; message: string };

const find = async ({ app }: Loop, inputData: Record<string, unknown>): Promise<Outcome> => {
  try {
    return { kind: 'found', found: (await app.run(findTask, { inputData })) as Found };
  } catch (error) {
    if (!(error instanceof Error)) throw error;
    return { kind: 'thrown', name: error.name, message: error.message };
  }
};

const fitsStatus = (task: { status: string }, wanted: string): boolean =>
  wanted === '' || (wanted === 'OPEN' ? isOpen(task) : task.status === wanted);

/** The tasks that the search is for, best first, as Topo has them. */
const rightOnes = ({ workspace }: Loop, email: string, status: string): string[] =>
  workspace.tasks
    .filter((task) => {
      const { contactId } = workspace.sequences.get(task.sequence_id ?? '') ?? {};
      return workspace.contacts.get(contactId ?? '')?.email?.toLowerCase() === email && fitsStatus(task, status);
    })
    .toSorted(
      (one, other) =>
        Number(isOpen(other)) - Number(isOpen(one)) || Date.parse(other.created_at) - Date.parse(one.created_at),
    )
    .map(({ id }) => id);

test('Find Task by contact is right, or says that it cannot tell', async () => {
  const seen = { found: 0, none: 0, cannotTell: 0 };
  await fc.assert(
    fc.asyncProperty(history, async (given) => {
      const loop = await startRealLoop({ taskCount: 0 });
      const { sandbox } = loop;
      const people = given.contacts.map((email) => sandbox.createContact({ email }).id);
      const runIds = given.runs.map((at) => {
        const contactId = at === null ? null : (people[at % people.length] ?? null);
        return sandbox.createSequence({ contactId }).id;
      });
      const create = ({ run, status, minutesOld }: NewTask) =>
        sandbox.createTask({
          sequence_id: runIds[run % runIds.length] ?? '',
          // Topo may add statuses, and the sandbox takes any.
          status: status as 'PENDING',
          created_at: new Date(Date.now() - minutesOld * 60_000).toISOString(),
        });
      for (const task of given.tasks) create(task);
      if (given.isRead) await untilKnown(loop);
      const idsAt = (places: readonly number[]) => {
        const { tasks } = loop.workspace;
        return new Set(places.flatMap((place) => tasks[place % Math.max(1, tasks.length)]?.id ?? []));
      };

      for (const { newTasks, gone, done, trouble, ...wanted } of given.searches) {
        for (const task of newTasks) create(task);
        for (const id of idsAt(done)) sandbox.completeTask(id);
        for (const id of idsAt(gone)) sandbox.deleteTask(id);
        if (trouble !== null) sandbox.injectFault({ kind: 'rate limit', path: new RegExp(trouble), times: 3 });
        const outcome = await find(loop, wanted);
        const right = rightOnes(loop, wanted.contact_email, wanted.status);
        if (outcome.kind === 'thrown') {
          expect(['HaltedError', 'ThrottledError']).toContain(outcome.name);
          expect(outcome.message).toMatch(/[.] ?|"/);
          seen.cannotTell += 1;
          continue;
        }
        const [best] = outcome.found;
        if (best === undefined) {
          expect(right).toEqual([]);
          seen.none += 1;
          continue;
        }
        expect(right).toContain(best.id);
        seen.found += 1;
      }
    }),
    {
      numRuns,
      examples: [[quiet]],
      endOnFailure: true,
      ...(process.env['SEED'] === undefined ? {} : { seed: Number(process.env['SEED']) }),
    },
  );
  expect(seen.found).toBeGreaterThan(0);
  expect(seen.none).toBeGreaterThan(0);
});
