import type * as z from 'zod';
import { DeliveryPage } from '../../contract/delivery.ts';
import { EventPage } from '../../contract/event.ts';

/** A server, and a key of the workspace to read. */
export type Reader = { serverUrl: string; key: string };

const fetchPages = async <Item extends { id: string }>(
  { serverUrl, key }: Reader,
  path: string,
  page: z.ZodType<{ items: Item[]; has_more: boolean }>,
): Promise<Item[]> => {
  const items: Item[] = [];
  for (let hasMore = true; hasMore; ) {
    const last = items.at(-1);
    const url = `${serverUrl}${path}?limit=100${last === undefined ? '' : `&before=${last.id}`}`;
    const headers = { authorization: `Bearer ${key}` };
    const response = await fetch(url, { headers, signal: AbortSignal.timeout(10_000) });
    if (!response.ok) throw new Error(`GET ${path} answered ${response.status}.`);
    const answer = page.parse(await response.json());
    items.push(...answer.items);
    hasMore = answer.has_more;
  }
  return items;
};

/** Every event of the workspace, newest first. */
export const fetchEvents = (reader: Reader) => fetchPages(reader, '/events', EventPage);

/** Every delivery of a hook, newest first. */
export const fetchDeliveries = (reader: Reader, hookId: string) =>
  fetchPages(reader, `/hooks/${hookId}/deliveries`, DeliveryPage);
