import type { Loop } from '../local-loop/start-loop.ts';
import type { FailedRun, TriggeredRun, Zap } from '../local-zapier/zap.ts';

/** The triggers that the demonstration turns a Zap on for, with the names that people see. */
const triggerNames = { new_task: 'New Task', task_reassigned: 'Task Reassigned', task_closed: 'Task Closed' } as const;

export type Trigger = keyof typeof triggerNames;

/** A Zap for each trigger, named after it. */
export type Zaps = Readonly<Record<Trigger, Zap>>;

type Watcher = {
  onRun: (zapName: string, run: TriggeredRun) => void;
  onFailedRun: (zapName: string, run: FailedRun) => void;
};

/** Creates the Zaps; each is off until it is turned on. */
export const createZaps = ({ zapier, connection }: Loop, { onRun, onFailedRun }: Watcher): Zaps => {
  const create = (trigger: Trigger): Zap => {
    const name = triggerNames[trigger];
    return zapier.createZap({
      name,
      connection,
      trigger,
      onRun: (run) => onRun(name, run),
      onFailedRun: (run) => onFailedRun(name, run),
    });
  };
  return {
    new_task: create('new_task'),
    task_reassigned: create('task_reassigned'),
    task_closed: create('task_closed'),
  };
};
