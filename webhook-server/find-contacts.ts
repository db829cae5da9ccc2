import { largestPage } from '../topo/list.ts';
import { listContacts } from '../topo/list-contacts.ts';
import type { Secret } from './secrets/secret.ts';
import type { CallTopo } from './topo-port.ts';

/** A step waits for it. */
const timeoutMs = 4_000;

/** Asks Topo for the ids of the contacts with an e-mail address, whatever its case. Nothing when Topo does not say. */
export const createFindContacts =
  (call: CallTopo) =>
  async (key: Secret, email: string): Promise<readonly string[] | undefined> => {
    const wanted = email.trim().toLowerCase();
    const answer = await call(key, listContacts({ email, size: largestPage }), AbortSignal.timeout(timeoutMs));
    if (answer.kind !== 'answered') return undefined;
    return answer.answer.items.filter((contact) => contact.email?.toLowerCase() === wanted).map(({ id }) => id);
  };
