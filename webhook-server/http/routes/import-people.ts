import type { RequestHandler } from 'express';
import * as z from 'zod';
import { mostPeople, NamedPerson } from '../../../contract/person.ts';
import type { Authenticate } from '../authenticate.ts';
import { HttpError } from '../http-error.ts';
import { parseRequest } from '../parse-request.ts';

const Rows = z.array(z.unknown()).min(1).max(mostPeople);

/** At most so many bad rows are named. */
const mostNamed = 20;

type Bad = { row: number; field: string; message: string };

const readRow = (row: unknown, index: number): { person: NamedPerson } | { bad: Bad } => {
  const parsed = NamedPerson.safeParse(row);
  if (parsed.success) return { person: parsed.data };
  const [issue] = parsed.error.issues;
  return {
    bad: { row: index + 1, field: issue?.path.join('.') ?? '', message: issue?.message ?? 'It is not usable.' },
  };
};

const explain = (bad: readonly Bad[]): string => {
  const lines = bad
    .slice(0, mostNamed)
    .map(({ row, field, message }) => `row ${row}, ${field || 'the row'}: ${message}`);
  const more = bad.length > mostNamed ? ` And ${bad.length - mostNamed} more.` : '';
  return `Nobody was imported: ${bad.length} of the rows cannot be used. ${lines.join(' ')}${more}`;
};

/** `POST /people/import`: a JSON list of people. One bad row, and nobody is imported; every bad row is named. */
export const importPeople =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const rows = parseRequest(Rows, request.body).map(readRow);
    const bad = rows.flatMap((row) => ('bad' in row ? [row.bad] : []));
    const [firstBad] = bad;
    if (firstBad !== undefined) {
      throw new HttpError(400, 'invalid_request', explain(bad), { field: `${firstBad.row - 1}.${firstBad.field}` });
    }
    const people = rows.flatMap((row) => ('person' in row ? [row.person] : []));
    await store.namePeople(people);
    response.json({ imported: people.length });
  };
