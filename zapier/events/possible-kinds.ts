import { type Kind, kinds } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';

/** The pairs of a new and a previous assignee who are not the same person. */
export const pairsOf = (newIds: readonly string[], previousIds: readonly string[]): [string, string][] =>
  newIds.flatMap((newId) =>
    previousIds.filter((id) => id !== newId).map((previousId): [string, string] => [newId, previousId]),
  );

/** The kinds of change that these filters can ever let through: who is nobody is none of the people who are wanted. */
export const possibleKinds = ({
  kinds: wanted = [...kinds],
  new_assignee_ids: newIds,
  previous_assignee_ids: previousIds,
}: HookFilters): Kind[] => {
  const isPossible: Record<Kind, boolean> = {
    reassigned: newIds === undefined || previousIds === undefined || pairsOf(newIds, previousIds).length > 0,
    assigned: previousIds === undefined,
    unassigned: newIds === undefined,
  };
  return wanted.filter((kind) => isPossible[kind]);
};
