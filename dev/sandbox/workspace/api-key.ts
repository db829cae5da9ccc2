import { createHash } from 'node:crypto';
import type { Instant } from '../timestamp.ts';

/** The scopes that the sandbox's routes require. */
export type Scope =
  | 'tasks:read'
  | 'tasks:write'
  | 'sequences:read'
  | 'contacts:read'
  | 'activities:read'
  | 'webhooks:write';

/** An API key of one workspace. `prefix` may be shown, `token` is what a client sends. */
export type ApiKey = {
  readonly id: string;
  readonly name: string;
  readonly token: string;
  readonly prefix: string;
  readonly scopes: readonly Scope[];
  readonly createdAt: Instant;
  lastUsedAt: Instant | null;
  isRevoked: boolean;
};

/** The keys that each workspace starts with. */
export const keyKinds = {
  full: { label: 'Full access', scopes: ['tasks:read', 'tasks:write', 'sequences:read', 'contacts:read'] },
  tasksOnly: { label: 'Tasks only', scopes: ['tasks:read', 'tasks:write'] },
  readOnly: { label: 'Read only', scopes: ['tasks:read', 'sequences:read', 'contacts:read'] },
  noTasks: { label: 'No tasks', scopes: ['contacts:read'] },
  everything: {
    label: 'Everything',
    scopes: ['tasks:read', 'tasks:write', 'sequences:read', 'contacts:read', 'activities:read', 'webhooks:write'],
  },
} as const satisfies Record<string, { label: string; scopes: readonly Scope[] }>;

export type KeyName = keyof typeof keyKinds;

/** Derived from the prefix alone, so that a key stays the same whatever the seed. */
export const tokenOf = (prefix: string): string =>
  `${prefix}_${createHash('sha256').update(prefix).digest('hex').slice(0, 24)}`;
