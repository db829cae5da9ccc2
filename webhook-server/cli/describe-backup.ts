import type { BackupReport } from '../backup/check-aside.ts';

const counted = (count: number, one: string, many: string): string =>
  `${count.toLocaleString('en')} ${count === 1 ? one : many}`;

/** What a backup holds, in words. */
export const describeBackup = ({ schema, workspaces, liveHooks, events, waitingDeliveries }: BackupReport): string => {
  const parts = [
    counted(workspaces, 'workspace', 'workspaces'),
    counted(liveHooks, 'hook that lives', 'hooks that live'),
    counted(events, 'event', 'events'),
  ];
  const waiting = counted(waitingDeliveries, 'delivery that waits', 'deliveries that wait');
  return `${parts.join(', ')} and ${waiting} (schema ${schema})`;
};
