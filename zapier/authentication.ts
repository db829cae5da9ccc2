import type { Authentication, Bundle, ZObject } from 'zapier-platform-core';
import { coversScope } from '../contract/covers-scope.ts';
import { type Me, me } from '../topo/me.ts';
import { callTopo } from './request/call-topo.ts';
import { introduceKey } from './webhook-server/introduce-key.ts';
import { failed } from './zapier-error.ts';

const neededScopes = ['tasks:read', 'tasks:write'] as const;

/** The connection label needs both texts, even if Topo gives none. */
type Connection = Me & { name: string; key_prefix: string };

/**
 * Asks Topo about the key, and lets the webhook server see it. Throws when the key lacks a scope that this integration
 * needs.
 */
const test = async (z: ZObject, _bundle: Bundle): Promise<Connection> => {
  const key = await callTopo(z, me());
  const missing = neededScopes.filter((needed) => !coversScope(key.scopes, needed));
  if (missing.length === 0) {
    await introduceKey(z);
    return { ...key, name: key.name ?? 'Topo', key_prefix: key.key_prefix ?? 'topo_' };
  }
  throw failed(
    `This API key works, but it lacks the scope${missing.length === 1 ? '' : 's'} ${missing.join(' and ')}. ` +
      'A key keeps the scopes that it was made with: make a new one with tasks:read and tasks:write in Topo under ' +
      'Settings → Developers → API Keys, and paste it here.',
    'missing_scope',
    403,
  );
};

/** An API key of a Topo workspace. `addApiKey` adds it to requests. */
export const authentication: Authentication = {
  type: 'custom',
  fields: [
    {
      key: 'api_key',
      label: 'API Key',
      type: 'password',
      required: true,
      helpText:
        'In [Topo](https://app.topo.io), open Settings → Developers → API Keys and make a key with the scopes ' +
        '`tasks:read` and `tasks:write`. With the scopes `sequences:read` and `contacts:read` besides, ' +
        'steps find tasks by their contact, and say whom a task is about. Topo shows the key once; it starts with `topo_`.',
    },
  ],
  test,
  connectionLabel: '{{name}} ({{key_prefix}}…)',
};
