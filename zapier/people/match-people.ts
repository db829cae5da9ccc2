import type { DirectoryEntry } from '../../contract/person.ts';

/** Whom a text means: exactly one person, several people, or nobody. */
export type Match =
  | { kind: 'one'; person: DirectoryEntry }
  | { kind: 'several'; people: readonly DirectoryEntry[] }
  | { kind: 'none' };

/** Text copied from other programs may contain invisible marks of the writing direction. */
const withoutMarks = (text: string): string => text.replace(/\p{Cf}/gu, '');

const plain = (text: string): string => withoutMarks(text).normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();

const withDisplayName = /^[^<>]*<\s*([^<>@\s]+@[^<>@\s]+)\s*>$/;

/** The e-mail address in `Kim Lindqvist <kim@example.com>`, or the text as it is. */
const withoutDisplayName = (text: string): string => withDisplayName.exec(withoutMarks(text).trim())?.[1] ?? text;

const wordsOf = (text: string): string[] =>
  plain(text)
    .split(/[\s,.]+/)
    .filter((word) => word !== '');

const hasWords = (words: readonly string[], name: string): boolean => {
  const present = wordsOf(name);
  return words.length > 0 && words.every((word) => present.includes(word));
};

/**
 * The people a text may mean: by id, else by e-mail, else by the whole name, else by whole words of the name, as in “Kim”
 * for “Kim Lindqvist”. The first of these ways that finds anybody decides.
 */
export const peopleLike = (directory: readonly DirectoryEntry[], text: string): DirectoryEntry[] => {
  const wanted = plain(withoutDisplayName(text));
  const words = wordsOf(text);
  if (wanted === '') return [];
  const ways: ((entry: DirectoryEntry) => boolean)[] = [
    ({ user_id }) => plain(user_id) === wanted,
    ({ email }) => email !== null && plain(email) === wanted,
    ({ name }) => name !== null && plain(name) === wanted,
    ({ name }) => name !== null && hasWords(words, name),
  ];
  for (const way of ways) {
    const found = directory.filter(way);
    if (found.length > 0) return found;
  }
  return [];
};

/** The one person a text means, if there is exactly one. */
export const matchPeople = (directory: readonly DirectoryEntry[], text: string): Match => {
  const people = peopleLike(directory, text);
  const [person, ...others] = people;
  if (person === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', person } : { kind: 'several', people };
};
