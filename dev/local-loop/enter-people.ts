import type { Loop } from './start-loop.ts';

/** Enters the names of the workspace's people on the webhook server, as an operator does; returns how many they are. */
export const enterPeople = async ({ sandbox, server }: Loop): Promise<number> => {
  const { people, keys } = sandbox.workspaces[0];
  const response = await fetch(`${server.url}/people/import`, {
    method: 'POST',
    headers: { authorization: `Bearer ${keys.full}`, 'content-type': 'application/json' },
    body: JSON.stringify(people.map(({ userId, name, email }) => ({ user_id: userId, name, email }))),
  });
  if (!response.ok) throw new Error(`POST /people/import answered ${response.status}.`);
  return people.length;
};
