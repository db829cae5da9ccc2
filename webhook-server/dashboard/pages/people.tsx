import type { Request, RequestHandler, Response } from 'express';
import * as z from 'zod';
import { coversScope } from '../../../contract/covers-scope.ts';
import { taskLabels } from '../../../contract/labels.ts';
import { addressesOf, type DirectoryEntry, isAway, NamedPerson } from '../../../contract/person.ts';
import type { ListedTask } from '../../../contract/task-list.ts';
import { userId } from '../../../contract/uuid.ts';
import type { Authenticate, Caller } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { readDirectory } from '../../http/read-directory.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { counted, Time } from '../time.tsx';

const views = { all: 'Everybody', unnamed: 'Without a name', duplicates: 'Twice in the list' } as const;
type View = keyof typeof views;

const Query = z.object({
  show: optional(z.enum(['all', 'unnamed', 'duplicates'])),
  q: optional(z.string().trim().min(1).max(200)),
  after: optional(someId),
});

const Form = z.object({
  user_id: userId,
  name: z.string(),
  email: z.string(),
  aliases: z.string(),
  away_until: z.string(),
});

const perPage = 50;

/** The list begins with those who have names: whoever has none comes after this place. */
const beforeUnnamed = { user_id: '', name: null };

type Listing = { people: DirectoryEntry[]; hasMore: boolean };

const keysOf = (person: DirectoryEntry): string[] => [
  ...new Set([...addressesOf(person), ...(person.name === null ? [] : [person.name])].map((key) => key.toLowerCase())),
];

/** People who share a name or an address with somebody else. Steps that are given it cannot tell whom is meant. */
const findDuplicates = async (everybody: AsyncIterable<DirectoryEntry[]>): Promise<DirectoryEntry[]> => {
  const sharing = new Map<string, DirectoryEntry[]>();
  for await (const piece of everybody) {
    for (const person of piece) {
      for (const key of keysOf(person)) sharing.set(key, [...(sharing.get(key) ?? []), person]);
    }
  }
  const found = [...sharing.values()].filter((people) => people.length > 1).flat();
  return [...new Map(found.map((person) => [person.user_id, person])).values()];
};

const readPage = async (
  { store }: Pick<Caller, 'store'>,
  { show = 'all', q: text, after: id }: z.output<typeof Query>,
  response: Response,
): Promise<Listing> => {
  if (show === 'duplicates') return { people: await findDuplicates(readDirectory(store)), hasMore: false };
  const last = id === undefined ? undefined : await store.person(id);
  const after = last ?? (show === 'unnamed' ? beforeUnnamed : undefined);
  if (text !== undefined) {
    const found = await store.searchPeople({ text, limit: perPage, after, isWanted: () => !response.closed });
    return show === 'unnamed' ? { ...found, people: found.people.filter(({ name }) => name === null) } : found;
  }
  const people = await store.people({ limit: perPage + 1, after });
  return { people: people.slice(0, perPage), hasMore: people.length > perPage };
};

type Hint = { openTasks: number; example: ListedTask | undefined };

/** What the unnamed on a page are working on, to recognize them by. */
const findHints = async (
  { store, scopes }: Pick<Caller, 'store' | 'scopes'>,
  people: readonly DirectoryEntry[],
  isWanted: () => boolean,
): Promise<Map<string, Hint>> => {
  const unnamed = people.filter(({ name }) => name === null);
  if (unnamed.length === 0) return new Map();
  const counts = await store.openTasks(isWanted);
  const found = unnamed.flatMap(({ user_id }) => {
    const count = counts.get(user_id.toLowerCase());
    return count === undefined ? [] : [{ user_id, ...count }];
  });
  const taskIds = found.map(({ newestTaskId }) => newestTaskId);
  const { tasks } =
    taskIds.length === 0 ? { tasks: [] } : await store.tasks({ taskIds, limit: taskIds.length, scopes });
  const taskOf = new Map(tasks.map((listed) => [listed.task.id, listed]));
  return new Map(
    found.map(({ user_id, openTasks, newestTaskId }) => [user_id, { openTasks, example: taskOf.get(newestTaskId) }]),
  );
};

const aboutOf = ({ task, contact }: ListedTask): string => {
  const what = taskLabels(task).type_label ?? 'a task';
  const who = [contact?.name ?? contact?.email, contact?.company].filter((part) => part !== null && part !== undefined);
  return who.length === 0 ? what : `${what} with ${who.join(' at ')}`;
};

const HintText = ({ hint }: { hint: Hint | undefined }) => {
  if (hint === undefined) return <small>Has no open task that the server has seen.</small>;
  return (
    <small>
      Has {counted(hint.openTasks, 'open task', 'open tasks')}
      {hint.example !== undefined && `; the newest: ${aboutOf(hint.example)}`}
    </small>
  );
};

const PersonForm = ({ person }: { person: DirectoryEntry }) => (
  <form method="post" action="people" class="filters">
    <input type="hidden" name="user_id" value={person.user_id} />
    <label>
      Name
      <input name="name" value={person.name ?? ''} maxlength={200} autocomplete="off" />
    </label>
    <label>
      E-mail
      <input type="email" name="email" value={person.email ?? ''} maxlength={320} autocomplete="off" />
    </label>
    <label>
      Further addresses
      <input name="aliases" value={person.aliases.join('; ')} maxlength={1700} autocomplete="off" />
    </label>
    <label>
      Away until
      <input name="away_until" value={person.away_until ?? ''} placeholder="2026-12-01" maxlength={40} />
    </label>
    <button type="submit">Save</button>
  </form>
);

type PersonItemProps = { person: DirectoryEntry; hint: Hint | undefined; canWrite: boolean; nowMs: number };

const PersonItem = ({ person, hint, canWrite, nowMs }: PersonItemProps) => (
  <article>
    <h3>{person.name ?? 'Without a name yet'}</h3>
    <p>
      <code>{person.user_id}</code>
      {addressesOf(person).length > 0 && <> {addressesOf(person).join(', ')}</>}
      {isAway(person, nowMs) && person.away_until !== null && (
        <>
          {' '}
          Away until <Time ms={Date.parse(person.away_until)} />
        </>
      )}
    </p>
    {person.name === null && (
      <p>
        <HintText hint={hint} />
      </p>
    )}
    {canWrite && (
      <details open={person.name === null}>
        <summary>{person.name === null ? 'Name this person' : `Change ${person.name}`}</summary>
        <PersonForm person={person} />
        {(person.name !== null || person.email !== null) && (
          <form method="post" action="people-remove">
            <input type="hidden" name="user_id" value={person.user_id} />
            <button type="submit" class="secondary outline">
              Remove the name, the addresses and the absence
            </button>
          </form>
        )}
      </details>
    )}
  </article>
);

const empty: Record<View, string> = {
  all: 'Nobody is known yet. People appear here when a task shows them; you can also import a list.',
  unnamed: 'Everybody has a name. Zaps can choose all of them by name or e-mail address.',
  duplicates: 'No two people share a name or an address.',
};

const Filters = ({ show, q }: { show: View; q: string | undefined }) => (
  <form method="get" action="people" class="filters" aria-label="Filters">
    <label>
      Show
      <select name="show">
        {Object.entries(views).map(([name, label]) => (
          <option key={name} value={name} selected={name === show}>
            {label}
          </option>
        ))}
      </select>
    </label>
    <label>
      Name, address or id
      <input type="search" name="q" value={q ?? ''} maxlength={200} />
    </label>
    <button type="submit">Show</button>
  </form>
);

/** `GET /dashboard/people`: the directory of a workspace, and forms to change it. */
export const showPeople =
  ({ authenticate, clock }: { authenticate: Authenticate; clock: () => number }): RequestHandler =>
  async (request, response) => {
    const caller = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    const { show = 'all', q } = query;
    const { people, hasMore } = await readPage(caller, query, response);
    const hints = await findHints(caller, people, () => !response.closed);
    const canWrite = coversScope(caller.scopes, 'tasks:write');
    const last = people.at(-1);
    sendPage(
      response,
      <Layout title="People" viewer="workspace" current="people">
        <p>
          Topo’s API does not give names. Enter them here, and Zaps can choose people by name.{' '}
          {canWrite ? <a href="people-import">Import a list</a> : 'Your key lacks tasks:write, so it may only look.'}
        </p>
        <Filters show={show} q={q} />
        <div id="people">
          {people.length === 0 && (
            <p>{q === undefined ? empty[show] : 'Nobody has this in their name or addresses.'}</p>
          )}
          {people.length > 0 && <h2>{views[show]}</h2>}
          {people.map((person) => (
            <PersonItem
              key={person.user_id}
              person={person}
              hint={hints.get(person.user_id)}
              canWrite={canWrite}
              nowMs={clock()}
            />
          ))}
          {hasMore && last !== undefined && (
            <p>
              <a href={hrefOf('people', { show, q, after: last.user_id })}>Next people</a>
            </p>
          )}
        </div>
      </Layout>,
    );
  };

const orNull = (text: string): string | null => (text.trim() === '' ? null : text.trim());

/** Where a form was sent from, if that was the list: its filters stay. */
const listOf = (request: Request): string => {
  const from = URL.parse(request.get('referer') ?? '');
  return from?.pathname.endsWith('/people') ? `people${from.search}` : 'people';
};

/** `POST /dashboard/people`: names a person; 303 to the list. */
export const changePerson =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { user_id, name, email, aliases, away_until } = parseRequest(Form, request.body);
    const addresses = aliases.split(/[;,]/).flatMap((address) => orNull(address) ?? []);
    const person = {
      user_id,
      name: orNull(name),
      email: orNull(email),
      aliases: addresses,
      away_until: orNull(away_until),
    };
    await store.namePeople([parseRequest(NamedPerson, person)]);
    response.redirect(303, listOf(request));
  };

/** `POST /dashboard/people-remove`: removes what a workspace calls a person; 303 to the list. */
export const removePerson =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { user_id } = parseRequest(z.object({ user_id: userId }), request.body);
    if (!(await store.forgetPerson(user_id))) throw new HttpError(404, 'not_found', 'Nobody in the list has this id.');
    response.redirect(303, listOf(request));
  };
