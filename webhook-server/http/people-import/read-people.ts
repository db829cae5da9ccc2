import { setImmediate as nextRound } from 'node:timers/promises';
import { NamedPerson } from '../../../contract/person.ts';
import { HttpError } from '../errors/http-error.ts';
import { explainWhole } from '../validate-request.ts';
import type { SentPerson } from './sent-person.ts';

/** How faults name the place of a person. */
export type Place = 'row' | 'line';

/** A person who may be stored, and the line on which they were sent. */
export type ReadPerson = { line: number; person: NamedPerson };

/** What is wrong with a line; `field` is empty when it is the whole. */
export type Fault = { line: number; field: string; message: string };

type Reading = ReadPerson | Fault;

const isFault = (reading: Reading): reading is Fault => 'message' in reading;

const readPerson = (sent: SentPerson): Reading => {
  const { line } = sent;
  if ('fault' in sent) return { line, field: '', message: sent.fault };
  const parsed = NamedPerson.safeParse(sent.given);
  if (parsed.success) return { line, person: parsed.data };
  const [issue] = parsed.error.issues;
  if (issue === undefined) return { line, field: '', message: 'It is not usable.' };
  if (issue.code === 'unrecognized_keys') {
    return { line, field: issue.keys.slice(0, 1).join(), message: 'This is not a known field.' };
  }
  const field = issue.path.join('.');
  return { line, field, message: field === '' ? explainWhole(issue, 'It') : issue.message };
};

/** Other requests are answered between so many people. */
const peopleAtOnce = 100;

const readEach = async (sent: readonly SentPerson[]): Promise<Reading[]> => {
  const readings: Reading[] = [];
  for (const [index, one] of sent.entries()) {
    if (index > 0 && index % peopleAtOnce === 0) await nextRound();
    readings.push(readPerson(one));
  }
  return readings;
};

/** Refuses a second line about one person: which of the two holds is unclear. */
const refuseRepeated = (readings: readonly Reading[], place: Place): Reading[] => {
  const firstLineOf = new Map<string, number>();
  return readings.map((reading) => {
    if (isFault(reading)) return reading;
    const { line, person } = reading;
    const first = firstLineOf.get(person.user_id);
    if (first !== undefined) {
      return { line, field: 'user_id', message: `The same person as in ${place} ${first}.` };
    }
    firstLineOf.set(person.user_id, line);
    return reading;
  });
};

const explain = (faults: readonly Fault[], place: Place): string => {
  const each = faults.map(({ line, field, message }) => `${place} ${line}, ${field || `the ${place}`}: ${message}`);
  return `Nobody was imported: ${faults.length} of the ${place}s cannot be used. ${each.join(' ')}`;
};

/** The place in the body: of a list `0.email`, of a CSV file the column. */
const fieldOf = ({ line, field }: Fault, place: Place): string =>
  [...(place === 'row' ? [line - 1] : []), field].filter((part) => part !== '').join('.');

/** The people that were sent, and what is wrong with those who cannot be used. */
export const checkPeople = async (
  sent: readonly SentPerson[],
  place: Place,
): Promise<{ people: ReadPerson[]; faults: Fault[] }> => {
  const readings = refuseRepeated(await readEach(sent), place);
  return {
    people: readings.flatMap((reading) => (isFault(reading) ? [] : [reading])),
    faults: readings.filter(isFault),
  };
};

/**
 * The people that were sent, if every one of them can be used.
 *
 * @throws HttpError 400 naming everyone who cannot.
 */
export const readPeople = async (sent: readonly SentPerson[], place: Place): Promise<ReadPerson[]> => {
  const { people, faults } = await checkPeople(sent, place);
  const [first] = faults;
  if (first === undefined) return people;
  const field = fieldOf(first, place);
  throw new HttpError(400, 'invalid_request', explain(faults, place), field === '' ? {} : { field });
};
