import { addressesOf, type DirectoryEntry } from '../../contract/person.ts';
import { emailIn } from '../fields/read-email.ts';

/** Whom a text means: exactly one person, several people, or nobody. */
export type Match =
  | { kind: 'one'; person: DirectoryEntry }
  | { kind: 'several'; people: readonly DirectoryEntry[] }
  | { kind: 'none' };

/** Signs that programs put in place of each other while somebody types. */
const apostrophes = /[\u2018\u2019\u201b\u2032\u02b9\u02bb\u02bc\u0060\u00b4\uff07]/g;
const dashes = /[\p{Pd}\u2212\u02d7]/gu;
const marks = /\p{Cf}/gu;

const normalize = (text: string): string =>
  text
    .replace(marks, '')
    // NFKC would make a space and an accent of some of them.
    .replace(apostrophes, "'")
    .normalize('NFKC')
    .replace(dashes, '-')
    .replace(/\s+/g, ' ')
    .trim()
    .toLowerCase();

/** A name in capitals may have other letters: “STRASSE” for “Straße”. Of addresses these would be two. */
const normalizeName = (text: string): string => normalize(text).toUpperCase().toLowerCase();

const wordsOf = (normalized: string): string[] => normalized.split(/[\s,.]+/).filter((word) => word !== '');

const hasWords = (words: readonly string[], name: string): boolean => {
  const present = wordsOf(normalizeName(name));
  return words.length > 0 && words.every((word) => present.includes(word));
};

/** An id is one person, however it is written. */
const withoutRepeated = (people: readonly DirectoryEntry[]): DirectoryEntry[] => [
  ...new Map(people.map((person) => [person.user_id.toLowerCase(), person])).values(),
];

/**
 * The people a text may mean: by id, else by e-mail or alias, else by the whole name, else by whole words of the name, as
 * in “Kim” for “Kim Lindqvist”. The first of these ways that finds anybody decides.
 */
const findMatchingPeople = (directory: readonly DirectoryEntry[], text: string): DirectoryEntry[] => {
  const wanted = normalize(emailIn(text));
  const wantedName = normalizeName(wanted);
  const words = wordsOf(wantedName);
  if (wanted === '') return [];
  const ways: ((entry: DirectoryEntry) => boolean)[] = [
    ({ user_id }) => normalize(user_id) === wanted,
    (entry) => addressesOf(entry).some((address) => normalize(address) === wanted),
    ({ name }) => name !== null && normalizeName(name) === wantedName,
    ({ name }) => name !== null && hasWords(words, name),
  ];
  for (const way of ways) {
    const found = withoutRepeated(directory.filter(way));
    if (found.length > 0) return found;
  }
  return [];
};

/** The one person a text means, if there is exactly one. */
export const matchPeople = (directory: readonly DirectoryEntry[], text: string): Match => {
  const people = findMatchingPeople(directory, text);
  const [person, ...others] = people;
  if (person === undefined) return { kind: 'none' };
  return others.length === 0 ? { kind: 'one', person } : { kind: 'several', people };
};
