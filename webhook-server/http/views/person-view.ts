import { type DirectoryEntry, isAway, type ListedPerson } from '../../../contract/person.ts';

/** A person as callers see them. */
export const personView = (person: DirectoryEntry, nowMs: number): ListedPerson => ({
  user_id: person.user_id,
  name: person.name,
  email: person.email,
  aliases: person.aliases,
  away_until: person.away_until,
  is_away: isAway(person, nowMs),
});
