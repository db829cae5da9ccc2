import * as z from 'zod';
import { Hook } from '../../contract/hook.ts';

const HookList = z.object({ items: z.array(Hook) });

/**
 * The hooks of the key's workspace, ended ones too, newest first.
 *
 * @throws Error when the webhook server does not answer 200.
 */
export const fetchHooks = async (serverUrl: string, apiKey: string): Promise<Hook[]> => {
  const response = await fetch(`${serverUrl}/hooks`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(5_000),
  });
  if (!response.ok) throw new Error(`GET /hooks answered ${response.status}.`);
  return HookList.parse(await response.json()).items;
};
