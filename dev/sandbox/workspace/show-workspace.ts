import { type KeyName, keyKinds } from './api-key.ts';
import type { Task } from './task.ts';
import type { Contact, Person, Sequence, SequenceTemplate, Webhook, Workspace } from './workspace.ts';
import { writeTask } from './write-task.ts';

/** A workspace as a test sees it. */
export type WorkspaceView = {
  readonly organizationId: string;
  readonly name: string;
  /** The last of them has no task at the start. */
  readonly people: readonly Person[];
  /** Bearer tokens, by what the key may do. */
  readonly keys: Readonly<Record<KeyName, string>>;
  readonly templates: readonly SequenceTemplate[];
  readonly sequences: ReadonlyMap<string, Sequence>;
  readonly contacts: ReadonlyMap<string, Contact>;
  /** Those that are not deleted. */
  readonly webhooks: ReadonlyMap<string, Webhook>;
  readonly taskCount: number;
  /** All current tasks as the API returns them, by `created_at`. Formats every task at each call. */
  readonly tasks: Task[];
};

/** Creates a live view of a workspace. */
export const showWorkspace = (workspace: Workspace): WorkspaceView => {
  const tokenOf = (name: KeyName) => workspace.keys.find((key) => key.name === keyKinds[name].label)?.token ?? '';
  return {
    organizationId: workspace.organizationId,
    name: workspace.name,
    people: workspace.people,
    keys: {
      full: tokenOf('full'),
      tasksOnly: tokenOf('tasksOnly'),
      readOnly: tokenOf('readOnly'),
      noTasks: tokenOf('noTasks'),
      everything: tokenOf('everything'),
    },
    templates: workspace.templates,
    sequences: workspace.sequences.byId,
    contacts: workspace.contacts.byId,
    webhooks: workspace.webhooks,
    get taskCount() {
      return workspace.tasks.size;
    },
    get tasks() {
      return workspace.tasks.byCreation.map((row) => writeTask(workspace, row));
    },
  };
};
