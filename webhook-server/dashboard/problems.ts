import { missingScopes } from '../../contract/task-facts.ts';
import type { WorkspaceHealth } from '../store/operator-store.ts';
import { counted, spanOf } from './time.tsx';

/** Something that needs somebody: what it is, and what to do. */
export type Problem = { what: string; next: string };

const quietMs = 5 * 60_000;
const patienceMs = 10 * 60_000;

/** What needs somebody in a workspace, the most important first. Nothing means that all is well. */
export const problemsOf = (health: WorkspaceHealth): Problem[] => {
  const { nowMs, keyRefusedSinceMs, readAtMs, failures, progress, failingSinceMs, givenUp, oldestWaitingMs } = health;
  const problems: Problem[] = [];
  if (keyRefusedSinceMs !== null) {
    problems.push({
      what: `For ${spanOf(nowMs - keyRefusedSinceMs)} Topo has refused the key that this workspace is read with, so no Zap hears of changes.`,
      next: 'Make a new key in Topo under Settings → Developers → API Keys, and sign in here with it. Reconnect Topo in Zapier with it, too.',
    });
  } else if (health.isWatched && progress === null && failures > 0 && nowMs - (readAtMs ?? 0) > quietMs) {
    problems.push({
      what: 'Topo could not be read for more than 5 minutes.',
      next: 'The server goes on trying, and misses no task. If this lasts, see whether Topo works in your browser.',
    });
  }
  if (failingSinceMs !== null) {
    problems.push({
      what: `${counted(health.hooks.failing, 'Zap has', 'Zaps have')} taken nothing for ${spanOf(nowMs - failingSinceMs)}.`,
      next: 'Open the Zap in Zapier, see whether it is on, and look at its history. After three days the Zap is ended here.',
    });
  }
  if (givenUp > 0) {
    problems.push({
      what: `${counted(givenUp, 'delivery was', 'deliveries were')} given up after three days of attempts.`,
      next: 'Find out why the Zap did not take them, then send them again, on the page “Send again”.',
    });
  }
  if (failingSinceMs === null && oldestWaitingMs !== null && oldestWaitingMs > patienceMs) {
    problems.push({
      what: `${counted(health.waiting, 'delivery waits', 'deliveries wait')}, the oldest for ${spanOf(oldestWaitingMs)}.`,
      next: 'Zapier takes only so many at a time; they are sent by themselves.',
    });
  }
  const missing = missingScopes(health.scopes) ?? [];
  if (missing.length > 0) {
    problems.push({
      what: `The key that this workspace is read with lacks ${missing.join(' and ')}, so contacts and templates are not known.`,
      next: 'Make a key with these scopes, too, and sign in here with it.',
    });
  }
  if (health.unusableTasks > 0) {
    problems.push({
      what: `${counted(health.unusableTasks, 'task', 'tasks')} cannot be read, because Topo returns them malformed.`,
      next: 'Their changes cannot be seen. Tell the operator of this server.',
    });
  }
  return problems;
};
