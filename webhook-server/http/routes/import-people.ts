import type { Request, RequestHandler } from 'express';
import * as z from 'zod';
import { type ImportReport, maxPeople } from '../../../contract/person.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { readCsv } from '../people-import/read-csv.ts';
import { type Place, readPeople } from '../people-import/read-people.ts';
import type { SentPerson } from '../people-import/sent-person.ts';
import { findOwners, warnOf } from '../people-import/warn-of-people.ts';
import { readDirectory } from '../read-directory.ts';
import { parseRequest } from '../validate-request.ts';

const People = z.array(z.unknown()).min(1).max(maxPeople);

const sentIn = (request: Request): { place: Place; sent: SentPerson[] } => {
  if (request.is('text/csv') !== false && typeof request.body === 'string') {
    const lines = readCsv(request.body);
    parseRequest(People, lines);
    return { place: 'line', sent: lines };
  }
  const list = parseRequest(People, request.body);
  return { place: 'row', sent: list.map((given, index) => ({ line: index + 1, given })) };
};

/**
 * `POST /people/import`: people as a JSON list or a CSV file. A single fault stops the import; the error names every one.
 * Warns of what was stored and may be a mistake.
 */
export const importPeople =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { place, sent } = sentIn(request);
    const read = await readPeople(sent, place);
    const lineOf = new Map(read.map(({ person, line }) => [person.user_id, line]));
    const named = await store.namePeople(read.map(({ person }) => person));
    const imported = named.map((person) => ({ ...person, line: lineOf.get(person.user_id) ?? 0 }));
    const owners = await findOwners(imported, readDirectory(store));
    const report: ImportReport = { imported: imported.length, warnings: warnOf(imported, owners) };
    response.json(report);
  };
