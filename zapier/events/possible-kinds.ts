import { type Kind, kinds } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';
import { unassigned } from '../../contract/task-list.ts';

/** Every pair of a new and a previous assignee who differ. */
export const pairsOf = (newIds: readonly string[], previousIds: readonly string[]): [string, string][] =>
  newIds.flatMap((newId) =>
    previousIds.filter((id) => id !== newId).map((previousId): [string, string] => [newId, previousId]),
  );

/** The kinds of change that can match these filters: a filter for people matches nobody only where it says so. */
export const possibleKinds = ({
  kinds: wanted = [...kinds],
  new_assignee_ids: newIds,
  previous_assignee_ids: previousIds,
}: HookFilters): Kind[] => {
  const people = newIds?.filter((id) => id !== unassigned);
  const isForSomebody = people === undefined || people.length > 0;
  const haveOthers = people === undefined || previousIds === undefined || pairsOf(people, previousIds).length > 0;
  const isPossible: Record<Kind, boolean> = {
    reassigned: isForSomebody && haveOthers,
    assigned: isForSomebody && previousIds === undefined,
    unassigned: newIds === undefined || newIds.includes(unassigned),
  };
  return wanted.filter((kind) => isPossible[kind]);
};
