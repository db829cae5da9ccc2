import { isRecord } from '../local-zapier/record.ts';

/** What the demo looks at in a hook of the webhook server. */
export type HookView = { id: string; state: string; listeningSince: string | null; endedReason: string | null };

const textOrNull = (value: unknown): string | null => (typeof value === 'string' ? value : null);

const readHook = (hook: unknown): HookView => {
  if (!isRecord(hook)) throw new TypeError('The webhook server answered a hook that is no object.');
  return {
    id: String(hook['id']),
    state: String(hook['state']),
    listeningSince: textOrNull(hook['listening_since']),
    endedReason: textOrNull(hook['ended_reason']),
  };
};

/**
 * The hooks of the workspace that the key belongs to, ended ones too, newest first.
 *
 * @throws Error when the webhook server does not answer 200.
 */
export const fetchHooks = async (serverUrl: string, apiKey: string): Promise<HookView[]> => {
  const response = await fetch(`${serverUrl}/hooks`, {
    headers: { authorization: `Bearer ${apiKey}` },
    signal: AbortSignal.timeout(5_000),
  });
  const body: unknown = await response.json();
  const items = isRecord(body) ? body['items'] : undefined;
  if (!response.ok || !Array.isArray(items)) throw new Error(`GET /hooks answered ${response.status}.`);
  return items.map(readHook);
};
