import type { UnusableItem } from '../../topo/list.ts';
import type { Log } from '../log.ts';
import type { Scan } from '../store/work-store.ts';

export type ReportUnusable = (organizationId: string, scan: Scan, unusable: readonly UnusableItem[]) => void;

/** Name at most this many tasks in one line of the log. */
const maxNamed = 10;

/** Remember at most this many tasks of a workspace. */
const maxRemembered = 1_000;

/**
 * Logs the rows that a scan had to skip. A baseline and a reconciliation meet each row once; incremental scans meet the
 * same rows every few seconds, so of those only new ones are logged.
 */
export const createUnusableReport = (log: Log): ReportUnusable => {
  const reported = new Map<string, Set<string>>();

  return (organizationId, { kind }, unusable) => {
    if (unusable.length === 0) return;
    const known = reported.get(organizationId) ?? new Set();
    const isNew = ({ id }: UnusableItem) => !known.has(id ?? '');
    const told = kind === 'incremental' ? unusable.filter(isNew) : unusable;
    if (told.length === 0) return;
    if (known.size > maxRemembered) known.clear();
    for (const { id } of told) known.add(id ?? '');
    reported.set(organizationId, known);
    const taskIds = [...new Set(told.flatMap(({ id }) => id ?? []))].slice(0, maxNamed);
    log.warn(
      { organizationId, count: told.length, taskIds },
      'Topo returns tasks without a usable id, assignee, created_at or updated_at; their changes cannot be seen',
    );
  };
};
