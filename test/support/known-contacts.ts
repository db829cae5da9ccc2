import { waitUntil } from '../../dev/local-server/wait-until.ts';
import type { RealLoop } from './real-loop.ts';

/** A contact with a run of their own. */
export const createContact = ({ sandbox }: Pick<RealLoop, 'sandbox'>, email: string) => {
  const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech', email });
  const sequence = sandbox.createSequence({ contactId: contact.id });
  return { contact, sequenceId: sequence.id };
};

/** Asks until the server knows what every task of this moment is about. */
export const untilKnown = async ({
  serverUrl,
  workspace,
}: {
  serverUrl: string;
  workspace: { keys: { full: string } };
}): Promise<void> => {
  const headers = { authorization: `Bearer ${workspace.keys.full}` };
  const ask = async () => {
    const response = await fetch(`${serverUrl}/tasks?limit=1&look=first`, { headers });
    return (await response.json()) as { is_complete: boolean; are_facts_complete: boolean };
  };
  await waitUntil('the server knows what the tasks are about', async () => {
    const { is_complete, are_facts_complete } = await ask();
    return is_complete && are_facts_complete;
  });
};
