import type { RequestHandler } from 'express';
import * as z from 'zod';
import { addressesOf, type DirectoryEntry, maxPeople } from '../../../contract/person.ts';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { refuseManyCells } from '../../http/parse-csv-body.ts';
import { readCsv } from '../../http/people-import/read-csv.ts';
import { checkPeople, type Fault, type ReadPerson, readPeople } from '../../http/people-import/read-people.ts';
import type { SentPerson } from '../../http/people-import/sent-person.ts';
import { findOwners, warnOf } from '../../http/people-import/warn-of-people.ts';
import { readDirectory } from '../../http/read-directory.ts';
import { parseRequest } from '../../http/validate-request.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import { assetUrl } from '../assets.ts';
import { Layout } from '../layout.tsx';
import { sendPage } from '../send-page.ts';
import { counted } from '../time.tsx';

const Form = z.object({ csv: z.string() });

const linesOf = (csv: string): SentPerson[] => {
  refuseManyCells(Buffer.from(csv));
  const lines = readCsv(csv);
  if (lines.length === 0) throw new HttpError(400, 'invalid_request', 'The list has a first line and nobody below it.');
  if (lines.length > maxPeople) {
    throw new HttpError(400, 'invalid_request', `The list is too long. Import at most ${maxPeople} people at a time.`);
  }
  return lines;
};

const example =
  'user_id,name,email,aliases,away_until\n1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6,Kim Lindqvist,kim@example.com,,';

type ImportFormProps = { csv?: string; problem?: string; faults?: readonly Fault[] };

const ImportForm = ({ csv = '', problem, faults = [] }: ImportFormProps) => (
  <Layout title="Import people" viewer="workspace" current="people">
    {problem !== undefined && (
      <div role="alert" class="problem">
        <p>{problem}</p>
        {faults.length > 0 && (
          <ul>
            {faults.map(({ line, field, message }) => (
              <li key={`${line} ${field}`}>
                Line {line}
                {field !== '' && `, ${field}`}: {message}
              </li>
            ))}
          </ul>
        )}
      </div>
    )}
    <form method="post" action="people-preview">
      <label>
        A CSV file
        <input type="file" accept=".csv,text/csv" data-fills="csv" />
      </label>
      <label>
        Or its text
        <textarea
          id="csv"
          name="csv"
          rows={10}
          required
          spellcheck={false}
          placeholder={example}
          aria-describedby="csv-help"
        >
          {csv}
        </textarea>
        <small id="csv-help">
          The first line names the columns: user_id, name, email, aliases, away_until. A blank cell removes what was
          there. Without the column aliases or away_until these stay; without name or email these are removed. Nothing
          changes before you have seen what would.
        </small>
      </label>
      <button type="submit">Preview</button>
    </form>
    <p>
      <a href="people">Back to the list</a>
    </p>
    <script src={assetUrl('fill-from-file.js')} defer />
  </Layout>
);

/** `GET /dashboard/people-import`: the form for a list of people. */
export const showImport =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    await authenticate(request, 'tasks:write');
    sendPage(response, <ImportForm />);
  };

const shown = (value: string | null | undefined): string => value ?? '';

type Before = DirectoryEntry | undefined;

const PreviewRow = ({ read: { line, person }, before }: { read: ReadPerson; before: Before }) => {
  const aliases = person.aliases ?? before?.aliases ?? [];
  const awayUntil = person.away_until === undefined ? before?.away_until : person.away_until;
  return (
    <tr>
      <th scope="row">{line}</th>
      <td>{person.user_id}</td>
      <td>
        {before?.name != null && before.name !== person.name && <del>{before.name}</del>} {shown(person.name)}
      </td>
      <td>
        {[...(person.email === null ? [] : [person.email]), ...aliases].join(', ')}
        {before !== undefined && addressesOf(before).length > 0 && (
          <>
            {' '}
            <small>before: {addressesOf(before).join(', ')}</small>
          </>
        )}
      </td>
      <td>{shown(awayUntil)}</td>
    </tr>
  );
};

const findBefore = async (store: TenantStore, people: readonly ReadPerson[]): Promise<Map<string, DirectoryEntry>> => {
  const wanted = new Set(people.map(({ person }) => person.user_id));
  const found = new Map<string, DirectoryEntry>();
  for await (const piece of readDirectory(store)) {
    for (const person of piece) if (wanted.has(person.user_id)) found.set(person.user_id, person);
  }
  return found;
};

/** `POST /dashboard/people-preview`: what a list would change, or what is wrong with it. Changes nothing. */
export const previewImport =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { csv } = parseRequest(Form, request.body);
    let lines: SentPerson[];
    try {
      lines = linesOf(csv);
    } catch (error) {
      if (!(error instanceof HttpError)) throw error;
      sendPage(response, <ImportForm csv={csv} problem={error.message} />, error.status);
      return;
    }
    const { people, faults } = await checkPeople(lines, 'line');
    if (faults.length > 0) {
      const problem = `${counted(faults.length, 'line', 'lines')} cannot be used. Mend them, and preview again.`;
      sendPage(response, <ImportForm csv={csv} problem={problem} faults={faults} />, 400);
      return;
    }
    const before = await findBefore(store, people);
    sendPage(
      response,
      <Layout title="Preview of the import" viewer="workspace" current="people">
        <p>
          Nothing has changed yet. This is what the list would make of {counted(people.length, 'person', 'people')}.
        </p>
        <div class="wide">
          <table>
            <thead>
              <tr>
                <th scope="col">Line</th>
                <th scope="col">Person</th>
                <th scope="col">Name</th>
                <th scope="col">Addresses</th>
                <th scope="col">Away until</th>
              </tr>
            </thead>
            <tbody>
              {people.map((read) => (
                <PreviewRow key={read.line} read={read} before={before.get(read.person.user_id)} />
              ))}
            </tbody>
          </table>
        </div>
        <form method="post" action="people-import">
          <input type="hidden" name="csv" value={csv.replace(/\r\n?/g, '\n')} />
          <button type="submit">Import {counted(people.length, 'person', 'people')}</button>
        </form>
        <p>
          <a href="people">Change nothing, and go back to the list</a>
        </p>
      </Layout>,
    );
  };

/** `POST /dashboard/people-import`: names all people of a list, or nobody, and tells what may be a mistake. */
export const importList =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { csv } = parseRequest(Form, request.body);
    const read = await readPeople(linesOf(csv), 'line');
    const lineOf = new Map(read.map(({ person, line }) => [person.user_id, line]));
    const named = await store.namePeople(read.map(({ person }) => person));
    const imported = named.map((person) => ({ ...person, line: lineOf.get(person.user_id) ?? 0 }));
    const warnings = warnOf(imported, await findOwners(imported, readDirectory(store)));
    sendPage(
      response,
      <Layout title="The people are imported" viewer="workspace" current="people">
        <p role="status">{counted(imported.length, 'person is', 'people are')} named now.</p>
        {warnings.length > 0 && (
          <section aria-labelledby="warnings">
            <h2 id="warnings">Look at these again</h2>
            <ul>
              {warnings.map(({ line, message }) => (
                <li key={`${line} ${message}`}>
                  Line {line}: {message}
                </li>
              ))}
            </ul>
          </section>
        )}
        <p>
          <a href="people">Go to the list</a>
        </p>
      </Layout>,
    );
  };
