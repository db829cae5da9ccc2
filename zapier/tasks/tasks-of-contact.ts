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

/** A task does not tell whom it is about: that takes two requests, for which a run has not all the time. */
const maxTasks = 100;
const width = 6;

/** Whom a task is about. Topo does not always tell: it may have deleted the contact. */
type Subject = { kind: 'told'; email: string | null } | { kind: 'untold' };

const nobody: Subject = { kind: 'told', email: null };

/** Asks once for each id. */
const once = <Answer>(ask: (id: string) => Promise<Answer>): ((id: string) => Promise<Answer>) => {
  const asked = new Map<string, Promise<Answer>>();
  return (id) => {
    const answer = asked.get(id) ?? ask(id);
    asked.set(id, answer);
    return answer;
  };
};

const openSubjects = (z: ZObject, deadline: Deadline): ((task: Task) => Promise<Subject>) => {
  const tell = async <Answer>(call: Call<Answer>): Promise<Answer | undefined> => {
    const outcome = await tryTopo(z, call, { deadline });
    if (outcome.kind === 'done') return outcome.answer;
    if (outcome.kind === 'refused' && outcome.status === 404) return undefined;
    throw topoError(outcome, call);
  };
  const contactOf = once(async (contactId: string): Promise<Subject> => {
    const contact = await tell(getContact(contactId));
    return contact === undefined ? { kind: 'untold' } : { kind: 'told', email: contact.email ?? null };
  });
  const subjectOf = once(async (sequenceId: string): Promise<Subject> => {
    const sequence = await tell(getSequence(sequenceId));
    if (sequence === undefined) return { kind: 'untold' };
    return sequence.contact_id == null ? nobody : contactOf(sequence.contact_id);
  });
  return async ({ sequence_id }) => (sequence_id === null ? nobody : subjectOf(sequence_id));
};

const plain = (email: string | null): string | undefined => email?.trim().toLowerCase();

const notLookedAt = (amount: number): Error =>
  halted(
    `Nobody with this contact e-mail was found in the first ${maxTasks} tasks, and ${pluralize(amount, 'more task')} were ` +
      'not looked at. Make the search narrower: choose an assignee, a type or a template.',
  );

const notTold = (amount: number): Error =>
  halted(
    `Nobody with this contact e-mail was found, but Topo does not tell whom ${pluralize(amount, 'task')} of those that fit ` +
      'are about. Look for the task in Topo.',
  );

/**
 * Those of the tasks that are about the contact with an e-mail, in their order: the first of them, and others as far as
 * they were seen on the way to it.
 *
 * @throws what `topoError` makes of Topo's refusals, as of a key without a scope, and HaltedError when it cannot be said
 * that there is none.
 */
export const tasksOfContact = async (
  z: ZObject,
  tasks: readonly Task[],
  email: string,
  deadline: Deadline,
): Promise<Task[]> => {
  const subjectOf = openSubjects(z, deadline);
  const isAbout = (subject: Subject | undefined): boolean =>
    subject?.kind === 'told' && plain(subject.email) === plain(email);
  let isOver = false;
  const faults: unknown[] = [];
  const look = async (task: Task): Promise<Subject | undefined> => {
    try {
      const subject = await subjectOf(task);
      if (isAbout(subject)) isOver = true;
      return subject;
    } catch (fault) {
      isOver = true;
      faults.push(fault);
      return undefined;
    }
  };

  // What is under way when it is over comes to its end first: a run leaves no request behind.
  const subjects = await mapConcurrently(tasks.slice(0, maxTasks), width, look, () => !isOver);
  const found = tasks.filter((_task, position) => isAbout(subjects[position]));
  const [fault] = faults;
  if (fault !== undefined) throw fault;
  if (found.length > 0) return found;
  const untold = subjects.filter((subject) => subject?.kind === 'untold').length;
  if (untold > 0) throw notTold(untold);
  if (tasks.length > maxTasks) throw notLookedAt(tasks.length - maxTasks);
  return [];
};
