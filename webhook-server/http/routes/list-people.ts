import type { RequestHandler, Response } from 'express';
import * as z from 'zod';
import type { DirectoryEntry, ListedPerson, PersonPage } from '../../../contract/person.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { optionalPage, usualLimit } from '../page-query.ts';
import { readDirectory } from '../read-directory.ts';
import { parseRequest } from '../validate-request.ts';
import { personView } from '../views/person-view.ts';
import { writeList } from '../write-list.ts';

export const Query = z.object({
  limit: optionalPage.limit,
  after: optionalPage.position,
  q: z.string().trim().min(1).max(200).optional(),
});

type Page = { people: DirectoryEntry[]; hasMore: boolean };

async function* viewAll(store: TenantStore, clock: () => number): AsyncGenerator<ListedPerson[]> {
  for await (const people of readDirectory(store)) yield people.map((person) => personView(person, clock()));
}

const readPage = async (
  store: TenantStore,
  { limit = usualLimit, after: id, q: text }: z.output<typeof Query>,
  response: Response,
): Promise<Page> => {
  const after = id === undefined ? undefined : await store.person(id);
  if (id !== undefined && after === undefined) {
    throw new HttpError(
      400,
      'invalid_request',
      '“after” names nobody. Send the user_id of the last person of a page.',
      {
        field: 'after',
      },
    );
  }
  if (text === undefined) {
    const people = await store.people({ limit: limit + 1, after });
    return { people: people.slice(0, limit), hasMore: people.length > limit };
  }
  const isWanted = () => !response.closed;
  return store.searchPeople({ text, limit, after, isWanted });
};

/**
 * `GET /people`: the directory of the caller's workspace, people with names first, by name. With `q` those whose name, id
 * or one of whose addresses holds this text; with `q`, `limit` or `after` one page and `has_more`. Without them everybody,
 * read and written piece by piece: who is renamed meanwhile may be in it twice, or not at all.
 */
export const listPeople =
  ({ authenticate, clock }: { authenticate: Authenticate; clock: () => number }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    const isPaged = Object.values(query).some((value) => value !== undefined);
    if (!isPaged) return writeList(response, viewAll(store, clock));
    const { people, hasMore } = await readPage(store, query, response);
    const page: PersonPage = { items: people.map((person) => personView(person, clock())), has_more: hasMore };
    response.json(page);
  };
