import type { Hook, HookFilters } from '../../../contract/hook.ts';
import { missingScopes } from '../../../contract/task-facts.ts';
import { targetAad } from '../../seals/associated-data.ts';
import { SealBroken, type Vault } from '../../secrets/vault.ts';
import type { StoredHook } from '../../store/tenant-store.ts';
import { iso } from './time.ts';

/** Enough of a target to tell Zaps apart, but too little to send to it. */
const hint = (target: string): string => {
  const { host } = new URL(target);
  return `${host}/…${target.slice(-4)}`;
};

const stateOf = ({ ended, resumeAtMs }: StoredHook, nowMs: number): Hook['state'] => {
  if (ended !== null) return 'ended';
  return resumeAtMs > nowMs ? 'waiting' : 'active';
};

const present = (filters: HookFilters): HookFilters =>
  Object.fromEntries(Object.entries(filters).filter(([, wanted]) => wanted !== undefined));

const unreadable = {
  target: '…',
  problem:
    'The server cannot read the target of this hook, because it was sealed with another ENCRYPTION_KEY or was altered. ' +
    'Nothing can be sent to it: turn its Zap off and on again.',
};

/** One hook that cannot be read must not hide the others. */
const targetOf = ({ id, sealedTarget }: StoredHook, vault: Vault): Pick<Hook, 'target' | 'problem'> => {
  try {
    return { target: hint(vault.open(sealedTarget, targetAad(id)).reveal()) };
  } catch (error) {
    if (error instanceof SealBroken) return unreadable;
    throw error;
  }
};

/** A hook as callers see it. */
export const hookView = (hook: StoredHook, vault: Vault, nowMs: number): Hook => {
  const state = stateOf(hook, nowMs);
  return {
    id: hook.id,
    event: hook.events[0] ?? 'task.reassigned',
    events: [...hook.events],
    ...targetOf(hook, vault),
    filters: present(hook.filters),
    once_per: hook.oncePer,
    state,
    resume_at: state === 'waiting' ? iso(hook.resumeAtMs) : null,
    ended_at: hook.ended === null ? null : iso(hook.ended.atMs),
    ended_reason: hook.ended?.reason ?? null,
    listening_since: hook.listeningSinceMs === null ? null : iso(hook.listeningSinceMs),
    key_refused_since: hook.keyRefusedSinceMs === null ? null : iso(hook.keyRefusedSinceMs),
    unusable_tasks: hook.unusableTasks,
    missing_scopes: missingScopes(hook.scopes),
    zap_id: hook.zapId,
    name: hook.name,
    predecessor: hook.predecessor,
    created_at: iso(hook.createdAtMs),
  };
};
