import { largestPage } from '../../../topo/list.ts';
import { listContacts } from '../../../topo/list-contacts.ts';
import type { Ask, CallOutcome } from '../ask-topo.ts';
import type { Check } from '../check.ts';
import { asAssumed, different, type Finding, notSeen } from '../finding.ts';
import { judgeList, type ListFact } from './judge-list.ts';

const list: ListFact = {
  fact: { fact: 'GET /v1/contacts lists the contacts', expected: 'it does, each with its name and e-mail' },
  scope: 'contacts:read',
  meaning: 'Contacts have to be read one by one, so it takes longer until it is known whom each task is about.',
};
const byEmail = {
  fact: 'The contact list takes email',
  expected: 'the whole address alone, in any case of its letters',
};
const meaning =
  'Whoever looks for a contact by e-mail must compare the addresses in the answer, and may not rest on an empty one.';

type Emails = { kind: 'read'; emails: string[] } | Exclude<CallOutcome<never>, { kind: 'answered' }>;

const readEmails = async (ask: Ask, email: string): Promise<Emails> => {
  const outcome = await ask(listContacts({ email, size: largestPage }));
  if (outcome.kind !== 'answered') return outcome;
  return { kind: 'read', emails: outcome.body.items.map((contact) => contact.email?.toLowerCase() ?? '') };
};

/** Asks for an address in capitals and for a part of it. It never prints an address. */
const seeFilter = async (ask: Ask, email: string): Promise<Finding> => {
  const whole = await readEmails(ask, email.toUpperCase());
  if (whole.kind !== 'read') return notSeen(byEmail, whole.said);
  if (whole.emails.some((found) => found !== email)) return different(byEmail, 'other contacts came too', meaning);
  if (whole.emails.length === 0) return different(byEmail, 'the address in capitals finds nobody', meaning);

  const part = await readEmails(ask, email.slice(0, -1));
  switch (part.kind) {
    case 'read':
      return part.emails.includes(email)
        ? different(byEmail, 'a part of the address finds the contact as well', meaning)
        : asAssumed(byEmail, 'the address in capitals finds the contact, a part of it does not');
    case 'refused':
      return asAssumed(byEmail, 'the address in capitals finds the contact, a part of it is refused');
    case 'misread':
    case 'unanswered':
      return notSeen(byEmail, part.said);
  }
};

export const checkContactList: Check = async ({ ask }) => {
  const outcome = await ask(listContacts({ size: largestPage }));
  const finding = judgeList(list, outcome);
  if (outcome.kind !== 'answered') return [finding, notSeen(byEmail, 'the contacts could not be read')];
  const email = outcome.body.items.find((contact) => typeof contact.email === 'string')?.email?.toLowerCase();
  if (email === undefined || email === '') return [finding, notSeen(byEmail, 'no contact has an e-mail')];
  return [finding, await seeFilter(ask, email)];
};
