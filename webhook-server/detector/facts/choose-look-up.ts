import type { FactKind, FactsToLookUp, KindToLookUp } from '../../store/work-store.ts';

/** One request to Topo: for one object, or for a page of the list of all of them. */
export type LookUp =
  | { by: 'id'; kind: 'sequence' | 'contact'; id: string }
  | { by: 'list'; kind: FactKind; page: number; isFirst: boolean };

/** What the workspace's key may read. */
export type MayRead = { sequences: boolean; contacts: boolean };

/** Before a list has been read nobody knows how long it is: from so many wanted rows on its first page is worth a look. */
const worthAList = 20;

/** So few new rows are asked for one by one while a list is read: they are the newest tasks. */
const fewNew = 50;

/** The next page of a list, if reading on costs fewer requests than asking for each row. */
const nextPageIfCheaper = (
  kind: FactKind,
  { list, unknownCount, newCount, staleCount }: KindToLookUp,
): LookUp | null => {
  if (list === null)
    return unknownCount + staleCount > worthAList ? { by: 'list', kind, page: 1, isFirst: true } : null;
  if (list.isResting) return null;
  if (list.nextPage !== null) {
    const cost = list.pages - list.nextPage + 1;
    return unknownCount + staleCount > cost ? { by: 'list', kind, page: list.nextPage, isFirst: false } : null;
  }
  // What a list that was read to its end did not show is not on it.
  const gain = newCount + (list.isFresh ? 0 : staleCount);
  return gain > list.pages ? { by: 'list', kind, page: 1, isFirst: true } : null;
};

const byId = (kind: 'sequence' | 'contact', id: string | undefined): LookUp | null =>
  id === undefined ? null : { by: 'id', kind, id };

const newestById = (kind: 'sequence' | 'contact', { list, newCount, unknownIds }: KindToLookUp): LookUp | null =>
  list !== null && list.nextPage !== null && newCount > 0 && newCount <= fewNew ? byId(kind, unknownIds[0]) : null;

/** Templates have no call for one of them, and their list is short. */
const templateList = ({ list, unknownCount, newCount, staleCount }: KindToLookUp): LookUp | null => {
  if (unknownCount + staleCount === 0 || list?.isResting === true) return null;
  if (list === null) return { by: 'list', kind: 'template', page: 1, isFirst: true };
  if (list.nextPage !== null) return { by: 'list', kind: 'template', page: list.nextPage, isFirst: false };
  const isWorthwhile = newCount > 0 || (staleCount > 0 && !list.isFresh);
  return isWorthwhile ? { by: 'list', kind: 'template', page: 1, isFirst: true } : null;
};

/**
 * Chooses what to ask Topo next: first what changes wait for, then the names of templates, then the newest tasks, then the
 * rest, page by page or one by one, whichever takes fewer requests. Null when there is nothing that the key may read.
 */
export const chooseLookUp = (wanted: FactsToLookUp, mayRead: MayRead): LookUp | null => {
  if (!mayRead.sequences) return null;
  const { waiting, sequence, contact, template } = wanted;
  const contacts = <Choice>(choose: () => Choice | null): Choice | null => (mayRead.contacts ? choose() : null);
  return (
    byId('sequence', waiting.sequenceIds[0]) ??
    contacts(() => byId('contact', waiting.contactIds[0])) ??
    templateList(template) ??
    newestById('sequence', sequence) ??
    contacts(() => newestById('contact', contact)) ??
    nextPageIfCheaper('sequence', sequence) ??
    byId('sequence', sequence.unknownIds[0]) ??
    contacts(() => nextPageIfCheaper('contact', contact) ?? byId('contact', contact.unknownIds[0])) ??
    byId('sequence', sequence.staleIds[0]) ??
    contacts(() => byId('contact', contact.staleIds[0]))
  );
};
