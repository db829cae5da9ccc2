import { setImmediate as nextRound } from 'node:timers/promises';
import type { RequestHandler } from 'express';
import * as z from 'zod';
import { maxPeople, NamedPerson } from '../../../contract/person.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';

const Rows = z.array(z.unknown()).min(1).max(maxPeople);

type Row = { person: NamedPerson } | { bad: Bad };
type Bad = { row: number; field: string; message: string };

const readRow = (given: unknown, index: number): Row => {
  const parsed = NamedPerson.safeParse(given);
  if (parsed.success) return { person: parsed.data };
  const row = index + 1;
  const [issue] = parsed.error.issues;
  if (issue?.code === 'unrecognized_keys') {
    return { bad: { row, field: issue.keys.slice(0, 1).join(), message: 'This is not a known field.' } };
  }
  return { bad: { row, field: issue?.path.join('.') ?? '', message: issue?.message ?? 'It is not usable.' } };
};

/** Other requests are answered between so many rows. */
const rowsAtOnce = 100;

const readRows = async (given: readonly unknown[]): Promise<Row[]> => {
  const rows: Row[] = [];
  for (const [index, row] of given.entries()) {
    if (index > 0 && index % rowsAtOnce === 0) await nextRound();
    rows.push(readRow(row, index));
  }
  return rows;
};

/** Refuses a second row about one person: which of the two holds is unclear. */
const refuseRepeated = (rows: readonly Row[]): Row[] => {
  const firstRowOf = new Map<string, number>();
  return rows.map((read, index) => {
    if ('bad' in read) return read;
    const { user_id } = read.person;
    const first = firstRowOf.get(user_id);
    if (first !== undefined) {
      return { bad: { row: index + 1, field: 'user_id', message: `The same person as in row ${first}.` } };
    }
    firstRowOf.set(user_id, index + 1);
    return read;
  });
};

const explain = (bad: readonly Bad[]): string => {
  const lines = bad.map(({ row, field, message }) => `row ${row}, ${field || 'the row'}: ${message}`);
  return `Nobody was imported: ${bad.length} of the rows cannot be used. ${lines.join(' ')}`;
};

/** `POST /people/import`: a JSON list of people. A single bad row stops the import; the error names every bad row. */
export const importPeople =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const rows = refuseRepeated(await readRows(parseRequest(Rows, request.body)));
    const bad = rows.flatMap((row) => ('bad' in row ? [row.bad] : []));
    const [firstBad] = bad;
    if (firstBad !== undefined) {
      const field = [firstBad.row - 1, firstBad.field].filter((part) => part !== '').join('.');
      throw new HttpError(400, 'invalid_request', explain(bad), { field });
    }
    const people = rows.flatMap((row) => ('person' in row ? [row.person] : []));
    await store.namePeople(people);
    response.json({ imported: people.length });
  };
