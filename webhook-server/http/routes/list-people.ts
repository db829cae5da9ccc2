import type { RequestHandler, Response } from 'express';
import * as z from 'zod';
import type { DirectoryEntry, PersonPage } from '../../../contract/person.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import type { Authenticate } from '../authentication/authenticate.ts';
import { HttpError } from '../errors/http-error.ts';
import { optionalPage, usualLimit } from '../page-query.ts';
import { parseRequest } from '../validate-request.ts';
import { writeList } from '../write-list.ts';

const Query = z.object({
  limit: optionalPage.limit,
  after: optionalPage.position,
  q: z.string().trim().min(1).max(200).optional(),
});

const peoplePerPiece = 500;

async function* readAll(store: TenantStore): AsyncGenerator<DirectoryEntry[]> {
  let after: DirectoryEntry | undefined;
  do {
    const people = await store.people({ limit: peoplePerPiece, after });
    yield people;
    after = people.length < peoplePerPiece ? undefined : people.at(-1);
  } while (after !== undefined);
}

const readPage = async (
  store: TenantStore,
  { limit = usualLimit, after: id, q: text }: z.output<typeof Query>,
  response: Response,
): Promise<PersonPage> => {
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
    return { items: people.slice(0, limit), has_more: people.length > limit };
  }
  const isWanted = () => !response.closed;
  const { people, hasMore } = await store.searchPeople({ text, limit, after, isWanted });
  return { items: people, has_more: hasMore };
};

/**
 * `GET /people`: the directory of the caller's workspace, people with names first, by name. With `q` those whose name,
 * e-mail address or id holds this text; with `q`, `limit` or `after` one page and `has_more`. Without them everybody, read
 * and written piece by piece: who is renamed meanwhile may be in it twice, or not at all.
 */
export const listPeople =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    const isPaged = Object.values(query).some((value) => value !== undefined);
    if (!isPaged) await writeList(response, readAll(store));
    else response.json(await readPage(store, query, response));
  };
