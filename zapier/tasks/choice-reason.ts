import type { Choice } from '../../contract/choice.ts';
import type { PersonOf } from '../people/directory.ts';
import { personLabel } from '../people/person-label.ts';

/** Why somebody was chosen: “Kim Lindqvist (kim@example.com) has the fewest open tasks (2) of 3 people; 1 is away.” */
export const choiceReason = (
  { user_id, how, open_tasks, away }: Choice,
  candidateIds: readonly string[],
  personOf: PersonOf,
): string => {
  const { name, email } = personOf(user_id);
  const who = personLabel({ user_id, name, email });
  const what = how === 'turn' ? 'is next in turn' : 'has the fewest open tasks';
  const count = open_tasks === null ? '' : ` (${open_tasks})`;
  const others = away.length === 0 ? '' : `; ${away.length} ${away.length === 1 ? 'is' : 'are'} away`;
  return `${who} ${what}${count} of ${candidateIds.length === 1 ? '1 person' : `${candidateIds.length} people`}${others}.`;
};
