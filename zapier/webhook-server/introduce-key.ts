import type { ZObject } from 'zapier-platform-core';
import { webhookServerUrl } from '../environment.ts';
import { sendRequest } from '../request/send-request.ts';

/** Connecting an account does not wait longer for a server that it can do without. */
const timeoutMs = 3_000;

/**
 * Lets the webhook server see the key of this connection: with a new key it goes on reading for triggers whose old key
 * Topo refuses. The question changes nothing else, and starts no reading. Never throws.
 */
export const introduceKey = async (z: ZObject): Promise<void> => {
  try {
    const server = webhookServerUrl();
    if (server === undefined) return;
    await sendRequest(z, { method: 'GET', url: `${server}/hooks?limit=1`, timeoutMs });
  } catch (error) {
    z.console.warn(`The webhook server has not seen this key: ${String(error)}`);
  }
};
