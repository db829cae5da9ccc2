import { type DirectoryEntry, unnamedPerson } from '../../contract/person.ts';
import { openStatuses } from '../../topo/is-open.ts';
import { listTasks } from '../../topo/list-tasks.ts';
import type { IdOrText } from '../fields/read-id.ts';
import { callTopo, tryTopo } from '../request/call-topo.ts';
import type { StepRun } from '../step-run.ts';
import type { RunWithDirectory } from './directory.ts';
import { matchPeople } from './match-people.ts';
import { findByText } from './resolve-person.ts';

/** A person that was found, and the number of their open tasks; null when Topo does not say. */
export type FoundPerson = { id: string; name: string | null; email: string | null; open_tasks: number | null };

const countOpenTasks = async ({ z, deadline }: StepRun, assigneeId: string): Promise<number | null> => {
  const outcomes = await Promise.all(
    openStatuses.map((status) => tryTopo(z, listTasks({ assigneeId, status, page: 1, size: 1 }), { deadline })),
  );
  const counts = outcomes.map((outcome) => (outcome.kind === 'done' ? outcome.answer.total_count : null));
  return counts.reduce((sum, count) => (sum === null || count === null ? null : sum + count), 0);
};

/** Topo lists no users: an id outside the directory belongs to a person if it ever had a task. */
const findUnknownPerson = async ({ z, deadline }: StepRun, id: string): Promise<DirectoryEntry | undefined> => {
  const { total_count } = await callTopo(z, listTasks({ assigneeId: id, page: 1, size: 1 }), { deadline });
  return total_count > 0 ? unnamedPerson(id) : undefined;
};

const findById = async (run: RunWithDirectory, id: string): Promise<DirectoryEntry | undefined> => {
  const match = matchPeople(await run.directory.listIfAvailable(), id);
  return match.kind === 'one' ? match.person : findUnknownPerson(run, id);
};

const findNamed = async (run: RunWithDirectory, label: string, text: string): Promise<DirectoryEntry | undefined> => {
  const found = await findByText(label, text, run.directory);
  return found.kind === 'one' ? found.person : undefined;
};

/**
 * The person whom an id, an e-mail or a name means, or `undefined` if it means nobody.
 *
 * @throws HaltedError when it may mean several people, or when names are not known at all.
 */
export const findPerson = async (
  run: RunWithDirectory,
  label: string,
  wanted: IdOrText,
): Promise<FoundPerson | undefined> => {
  const person = wanted.kind === 'id' ? await findById(run, wanted.id) : await findNamed(run, label, wanted.text);
  if (person === undefined) return undefined;
  const { user_id: id, name, email } = person;
  return { id, name, email, open_tasks: await countOpenTasks(run, id) };
};
