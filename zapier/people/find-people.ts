import { type DirectoryEntry, unnamedPerson } from '../../contract/person.ts';
import { openStatuses } from '../../topo/is-open.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import type { IdOrText } from '../fields/read-id.ts';
import { callTopo, tryTopo } from '../request/call-topo.ts';
import type { StepRun } from '../step-run.ts';
import type { RunWithDirectory } from './directory.ts';
import { peopleLike } from './match-people.ts';

/** A person that was found, and the number of their open tasks; null when Topo does not say. */
export type FoundPerson = { id: string; name: string | null; email: string | null; open_tasks: number | null };

/** Zapier uses the first; a few more show that the search was not precise. */
const maxFound = 5;

const countOpenTasks = async ({ z, deadline }: StepRun, assigneeId: string): Promise<number | null> => {
  const outcomes = await Promise.all(
    openStatuses.map((status) => tryTopo(z, listTasks({ assigneeId, status, page: 1, size: 1 }), { deadline })),
  );
  const counts = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.answer.total_count : null));
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
};

/** Topo lists no users: an id outside the directory belongs to a person if it ever had a task. */
const findUnknownPerson = async ({ z, deadline }: StepRun, id: string): Promise<DirectoryEntry[]> => {
  const { total_count } = await callTopo(z, listTasks({ assigneeId: id, page: 1, size: 1 }), { deadline });
  return total_count > 0 ? [unnamedPerson(id)] : [];
};

const candidates = async (run: RunWithDirectory, wanted: IdOrText): Promise<DirectoryEntry[]> => {
  if (wanted.kind === 'text') return peopleLike((await run.directory.list()) ?? [], wanted.text);
  const known = peopleLike(await run.directory.listIfAvailable(), wanted.id);
  return known.length > 0 ? known : findUnknownPerson(run, wanted.id);
};

/** The people an id, an e-mail or a name may mean, best match first; an empty list if nobody does. */
export const findPeople = async (run: RunWithDirectory, wanted: IdOrText): Promise<FoundPerson[]> => {
  const people = (await candidates(run, wanted)).slice(0, maxFound);
  return Promise.all(
    people.map(async ({ user_id: id, name, email }) => ({
      id,
      name,
      email,
      open_tasks: await countOpenTasks(run, id),
    })),
  );
};
