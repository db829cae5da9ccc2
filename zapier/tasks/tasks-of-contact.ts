import type { ZObject } from 'zapier-platform-core';
import type { Call } from '../../topo/call.ts';
import { getContact } from '../../topo/get-contact.ts';
import { getSequence } from '../../topo/get-sequence.ts';
import type { Task } from '../../topo/task.ts';
import type { Deadline } from '../deadline.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { tryTopo } from '../request/call-topo.ts';
import { topoError } from '../request/topo-error.ts';
import { pluralize } from '../wording/labels.ts';
import { halted } from '../zapier-error.ts';

/** Finding the contact of a task takes two requests, so a run has time for only this many tasks. */
const maxTasks = 100;
const concurrency = 6;

/** The contact that a task is about; unknown, for example, when it was deleted in Topo. */
type TaskContact = { kind: 'known'; email: string | null } | { kind: 'unknown' };

const noContact: TaskContact = { kind: 'known', email: null };

/** Remembers the result of each id. */
const memoize = <Answer>(ask: (id: string) => Promise<Answer>): ((id: string) => Promise<Answer>) => {
  const asked = new Map<string, Promise<Answer>>();
  return (id) => {
    const answer = asked.get(id) ?? ask(id);
    asked.set(id, answer);
    return answer;
  };
};

const createContactLookup = (z: ZObject, deadline: Deadline): ((task: Task) => Promise<TaskContact>) => {
  const read = async <Answer>(call: Call<Answer>): Promise<Answer | undefined> => {
    const outcome = await tryTopo(z, call, { deadline });
    if (outcome.kind === 'done') return outcome.answer;
    if (outcome.kind === 'refused' && outcome.status === 404) return undefined;
    throw topoError(outcome, call);
  };
  const contactById = memoize(async (contactId: string): Promise<TaskContact> => {
    const contact = await read(getContact(contactId));
    return contact === undefined ? { kind: 'unknown' } : { kind: 'known', email: contact.email ?? null };
  });
  const contactOfSequence = memoize(async (sequenceId: string): Promise<TaskContact> => {
    const sequence = await read(getSequence(sequenceId));
    if (sequence === undefined) return { kind: 'unknown' };
    return sequence.contact_id == null ? noContact : contactById(sequence.contact_id);
  });
  return async ({ sequence_id }) => (sequence_id === null ? noContact : contactOfSequence(sequence_id));
};

const normalize = (email: string | null): string | undefined => email?.trim().toLowerCase();

const tasksNotSearched = (amount: number): Error =>
  halted(
    `Nobody with this contact e-mail was found in the first ${maxTasks} tasks, and ${pluralize(amount, 'more task')} were ` +
      'not looked at. Make the search narrower: choose an assignee, a type or a template.',
  );

const moreTasks = (): Error =>
  halted(
    `Nobody with this contact e-mail was found in the newest ${maxTasks} tasks, and there are more. Make the search ` +
      'narrower: choose an assignee, a type or a template; or have the owner of the integration run its webhook server, ' +
      'which knows all of them.',
  );

const contactsUnknown = (amount: number): Error =>
  halted(
    `Nobody with this contact e-mail was found, but Topo does not tell whom ${pluralize(amount, 'task')} of those that fit ` +
      'are about. Look for the task in Topo.',
  );

/**
 * Without a webhook server: the tasks about the contact with this e-mail, in their order: at least the first, and others that were checked on the
 * way to it.
 *
 * @throws the `topoError` of a failure, such as a key without a scope, and HaltedError when there may be such a task
 * although none was found.
 */
export const tasksOfContact = async (
  z: ZObject,
  { tasks, isWhole }: { tasks: readonly Task[]; isWhole: boolean },
  email: string,
  deadline: Deadline,
): Promise<Task[]> => {
  const contactOf = createContactLookup(z, deadline);
  const isAbout = (contact: TaskContact | undefined): boolean =>
    contact?.kind === 'known' && normalize(contact.email) === normalize(email);
  let isDone = false;
  const failures: unknown[] = [];
  const look = async (task: Task): Promise<TaskContact | undefined> => {
    try {
      const contact = await contactOf(task);
      if (isAbout(contact)) isDone = true;
      return contact;
    } catch (failure) {
      isDone = true;
      failures.push(failure);
      return undefined;
    }
  };

  // Requests under way still finish: a run leaves none behind.
  const contacts = await mapConcurrently(tasks.slice(0, maxTasks), concurrency, look, () => !isDone);
  const found = tasks.filter((_task, position) => isAbout(contacts[position]));
  const [failure] = failures;
  if (failure !== undefined) throw failure;
  if (found.length > 0) return found;
  const unknown = contacts.filter((contact) => contact?.kind === 'unknown').length;
  if (unknown > 0) throw contactsUnknown(unknown);
  if (tasks.length > maxTasks) throw tasksNotSearched(tasks.length - maxTasks);
  if (!isWhole) throw moreTasks();
  return [];
};
