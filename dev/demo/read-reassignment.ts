import { isRecord } from '../local-zapier/is-record.ts';

/** What the demo tells of a reassignment. */
export type ToldEvent = { taskId: string; taskType: string; previous: string | null; next: string | null };

const userIdOf = (person: unknown): string | null => {
  const id = isRecord(person) ? person['user_id'] : undefined;
  return typeof id === 'string' ? id : null;
};

/** Reads an event as a Zap gets it and as it is posted; `undefined` when it is something else. */
export const readEvent = (event: unknown): ToldEvent | undefined => {
  if (!isRecord(event)) return undefined;
  const { task, previous_assignee: previous, new_assignee: next } = event;
  if (!isRecord(task) || !isRecord(previous) || !isRecord(next)) return undefined;
  return {
    taskId: String(task['id']),
    taskType: String(task['type'] ?? 'task'),
    previous: userIdOf(previous),
    next: userIdOf(next),
  };
};

type Somebody = { readonly userId: string; readonly name: string };

const nameIn = (people: readonly Somebody[], userId: string | null): string =>
  userId === null ? 'nobody' : (people.find((person) => person.userId === userId)?.name ?? userId);

/** For example `Ada Byron → Grace Hopper, CALL`. */
export const tellEvent = ({ taskType, previous, next }: ToldEvent, people: readonly Somebody[]): string =>
  `${nameIn(people, previous)} → ${nameIn(people, next)}, ${taskType}`;
