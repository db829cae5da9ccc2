import { type Kind, kinds } from '../../contract/event.ts';
import type { HookFilters } from '../../contract/hook.ts';

/** Every pair of a new and a previous assignee who differ. */
export const pairsOf = (newIds: readonly string[], previousIds: readonly string[]): [string, string][] =>
  newIds.flatMap((newId) =>
    previousIds.filter((id) => id !== newId).map((previousId): [string, string] => [newId, previousId]),
  );

/** The kinds of change that can match these filters: a filter for people never matches nobody. */
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
