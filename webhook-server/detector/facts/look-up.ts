import { type Contact, getContact } from '../../../topo/get-contact.ts';
import { getSequence, type Sequence } from '../../../topo/get-sequence.ts';
import { largestPage } from '../../../topo/list.ts';
import { listContacts } from '../../../topo/list-contacts.ts';
import { listSequenceTemplates } from '../../../topo/list-sequence-templates.ts';
import { listSequences } from '../../../topo/list-sequences.ts';
import type { FactKind, FactsFound } from '../../store/work-store.ts';
import type { BudgetedCall, LookedUp } from '../budgeted-call.ts';
import type { LookUp } from './choose-look-up.ts';

/** What one look-up found, to be stored. */
export type Found = Pick<FactsFound, 'sequences' | 'contacts' | 'templates' | 'list'>;

/** A list that Topo does not have, or does not show to this key, is tried again after a day. */
const listRestsMs = 24 * 3_600_000;

const sequenceFound = (sequenceId: string, sequence: Sequence | null) => ({
  sequenceId,
  contactId: sequence?.contact_id ?? null,
  templateId: sequence?.sequence_template_id ?? null,
});

const nameOf = ({ first_name, last_name }: Contact): string | null => {
  const name = [first_name, last_name].flatMap((part) => part?.trim() || []).join(' ');
  return name === '' ? null : name;
};

const contactFound = (contactId: string, contact: Contact | null) => ({
  contactId,
  name: contact === null ? null : nameOf(contact),
  email: contact?.email ?? null,
  company: contact?.company_name ?? null,
  jobTitle: contact?.job_title ?? null,
});

type Page<Item> = { items: Item[]; total_count: number; has_more: boolean };

/** Where the list goes on. */
const placeAfter = (
  { kind, page, isFirst }: LookUp & { by: 'list' },
  { items, total_count, has_more }: Page<unknown>,
): NonNullable<FactsFound['list']> => {
  const pages = Math.ceil(total_count / largestPage);
  const goesOn = has_more && items.length > 0;
  return { kind, nextPage: goesOn ? page + 1 : null, pages, isFirst };
};

const restOf = (kind: FactKind): Found => ({
  list: { kind, nextPage: null, pages: 0, isFirst: true, restsForMs: listRestsMs },
});

type Outcome = { kind: 'found'; found: Found } | Exclude<LookedUp<never>, { kind: 'answered' }>;

const after = <Answer>(lookedUp: LookedUp<Answer>, read: (answer: Answer | null) => Found): Outcome =>
  lookedUp.kind === 'answered' ? { kind: 'found', found: read(lookedUp.answer) } : lookedUp;

const pageOf = async <Item>(
  lookUp: LookUp & { by: 'list' },
  lookedUp: LookedUp<Page<Item>>,
  read: (items: Item[]) => Found,
): Promise<Outcome> => {
  // Not allowed, although the scopes say so: the rows are asked for one by one.
  if (lookedUp.kind === 'failed' && lookedUp.isForbidden) return { kind: 'found', found: restOf(lookUp.kind) };
  return after(lookedUp, (page) =>
    page === null ? restOf(lookUp.kind) : { ...read(page.items), list: placeAfter(lookUp, page) },
  );
};

const runList = async (lookUp: LookUp & { by: 'list' }, { lookUp: call }: BudgetedCall): Promise<Outcome> => {
  const page = { page: lookUp.page, size: largestPage };
  switch (lookUp.kind) {
    case 'sequence':
      return pageOf(lookUp, await call(listSequences(page)), (items) => ({
        sequences: items.map((sequence) => sequenceFound(sequence.id, sequence)),
      }));
    case 'contact':
      // New contacts come first, and push others on to pages that are still to be read.
      return pageOf(
        lookUp,
        await call(listContacts({ ...page, sortBy: 'first_seen_at', sortOrder: 'desc' })),
        (items) => ({ contacts: items.map((contact) => contactFound(contact.id, contact)) }),
      );
    case 'template':
      return pageOf(lookUp, await call(listSequenceTemplates(page)), (items) => ({
        templates: items.map(({ id, name }) => ({ templateId: id, name: name ?? null })),
      }));
  }
};

/** Asks Topo. What Topo does not know (404) is known not to be told; a list that it does not have rests. */
export const runLookUp = async (lookUp: LookUp, callTopo: BudgetedCall): Promise<Outcome> => {
  if (lookUp.by === 'list') return runList(lookUp, callTopo);
  const { id } = lookUp;
  return lookUp.kind === 'sequence'
    ? after(await callTopo.lookUp(getSequence(id)), (sequence) => ({ sequences: [sequenceFound(id, sequence)] }))
    : after(await callTopo.lookUp(getContact(id)), (contact) => ({ contacts: [contactFound(id, contact)] }));
};
