import type { DirectoryEntry } from '../../contract/person.ts';

/** Whom a text names: exactly one person, one of several, or nobody. */
export type Match =
  | { kind: 'one'; person: DirectoryEntry }
  | { kind: 'several'; people: readonly DirectoryEntry[] }
  | { kind: 'none' };

/** Marks that turn the direction of writing come along when one copies from other programs. */
const withoutMarks = (text: string): string => text.replace(/\p{Cf}/gu, '');

const plain = (text: string): string => withoutMarks(text).normalize('NFKC').replace(/\s+/g, ' ').trim().toLowerCase();

const addressed = /^[^<>]*<\s*([^<>@\s]+@[^<>@\s]+)\s*>$/;

/** The e-mail address of `Kim Lindqvist <kim@example.com>`, or the text as it is. */
const withoutDisplayName = (text: string): string => addressed.exec(withoutMarks(text).trim())?.[1] ?? text;

const wordsOf = (text: string): string[] =>
  plain(text)
    .split(/[\s,.]+/)
    .filter((word) => word !== '');

const hasWords = (words: readonly string[], name: string): boolean => {
  const present = wordsOf(name);
  return words.length > 0 && words.every((word) => present.includes(word));
};

/**
 * The people whom a text may mean, the surest way first: by id, by e-mail, by the whole name, and then by whole words of
 * the name, as in “Kim” for “Kim Lindqvist”. A surer way that finds somebody ends the search.
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

/** The one person whom a text means, if it is one. */
export const matchPeople = (directory: readonly DirectoryEntry[], text: string): Match => {
  const people = peopleLike(directory, text);
  const [person, ...others] = people;
  if (person === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', person } : { kind: 'several', people };
};
