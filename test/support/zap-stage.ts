import { afterAll, afterEach } from '@jest/globals';
import { type Loop, type LoopOptions, startLoop } from '../../dev/local-loop/start-loop.ts';
import { waitUntil } from '../../dev/local-server/wait-until.ts';
import type { OtherAppStep } from '../../dev/local-zapier/written-zap/run-steps.ts';
import { createWrittenZap, type WrittenZap } from '../../dev/local-zapier/written-zap/written-zap.ts';
import type { Connection } from '../../dev/local-zapier/zapier-connection.ts';
import type { NewTask } from '../../dev/sandbox/workspace/simulated-user.ts';
import type { WorkedZap } from './worked-zaps.ts';

export type Person = { name: string; email: string; userId: string };

/** Stand-ins for the steps of other apps, by name. */
export type Players = Record<string, OtherAppStep>;

/** Two whom the directory knows, who share a name and have no open task. */
export const namesakes = [
  { userId: '0b1f7c5e-93a2-4d6b-8f04-5a6d7e8f9a01', name: 'Toni Namesake', email: 'toni.1@northwind.example' },
  { userId: '0b1f7c5e-93a2-4d6b-8f04-5a6d7e8f9a02', name: 'Toni Namesake', email: 'toni.2@northwind.example' },
] as const;

const turnedOn: WrittenZap[] = [];
const loops: Loop[] = [];

afterEach(async () => {
  for (const { zap } of turnedOn.splice(0)) await zap?.turnOff();
  for (const { sandbox } of loops) sandbox.clearFaults();
});

afterAll(async () => {
  for (const loop of loops.splice(0)) await loop.close();
});

const goOnIfAllExist: OtherAppStep = async (fields) =>
  Object.values(fields).every((value) => value !== '') ? {} : 'filtered';

const isOpen = ({ status }: { status: string }): boolean => status === 'PENDING' || status === 'IN_PROGRESS';

/**
 * Where the Zaps of `docs/zaps.md` run as they stand there: Topo is the sandbox, the app and the webhook server are the real
 * ones, and what other apps do is played. The directory knows all colleagues by name. After each test its Zaps are turned
 * off, and after the last one everything ends.
 */
export const startStage = async (options: LoopOptions = {}) => {
  const loop = await startLoop(options);
  loops.push(loop);
  const { sandbox, connection } = loop;
  const [workspace] = sandbox.workspaces;

  /** Enters people into the directory. */
  const enter = async (people: readonly Person[]): Promise<void> => {
    const response = await fetch(`${loop.server.url}/people/import`, {
      method: 'POST',
      headers: { authorization: `Bearer ${workspace.keys.full}`, 'content-type': 'application/json' },
      body: JSON.stringify(people.map(({ userId, ...names }) => ({ user_id: userId, ...names }))),
    });
    if (!response.ok) throw new Error(`POST /people/import answered ${response.status}.`);
  };
  await enter([...workspace.people, ...namesakes]);

  return {
    loop,
    enter,
    /** A colleague: the first five have tasks, the sixth has none. */
    somebody: (position: number): Person => {
      const person = workspace.people[position];
      if (person === undefined) throw new Error(`There is no person ${position}.`);
      return person;
    },
    setUp: (
      { title, steps }: Pick<WorkedZap, 'title' | 'steps'>,
      players: Players = {},
      as: Connection = connection,
    ): Promise<WrittenZap> =>
      createWrittenZap({
        zapier: loop.zapier,
        name: title,
        steps,
        connection: as,
        appName: 'Topo',
        otherApps: { 'Filter by Zapier: Only Continue If': goOnIfAllExist, ...players },
      }),
    /** Turns a Zap on, and waits until the server listens for it. */
    turnOn: async (zap: WrittenZap): Promise<void> => {
      turnedOn.push(zap);
      await zap.zap?.turnOn();
      await loop.listening();
    },
    /** Waits until a Zap has run so often, and would have run once more if it did. */
    heardBy: async ({ runs }: WrittenZap, count: number): Promise<void> => {
      await waitUntil(`${count} runs have ended`, () => runs.length >= count);
      await loop.settled();
      await loop.zapier.idle();
    },
    /** The changes in Topo from now on, oldest first. */
    watchChanges: () => {
      const before = sandbox.changes.length;
      return () =>
        sandbox.changes.entries.slice(before).map(({ taskId, previous, next }) => ({ taskId, previous, next }));
    },
    createTask: ({ userId }: Person, task: NewTask = {}): string =>
      sandbox.createTask({ assignee_user_id: userId, ...task }).id,
    /** A run of the template and with the contact that the document's messages name. */
    createRun: (email = 'ada@initech.example'): string => {
      const contact = sandbox.createContact({ firstName: 'Ada', lastName: 'Moreau', companyName: 'Initech', email });
      const template = sandbox.createTemplate('Trial Follow-up');
      return sandbox.createSequence({ contactId: contact.id, templateId: template.id }).id;
    },
    holderOf: (taskId: string): string | null | undefined => sandbox.task(taskId)?.assignee_user_id,
    openTasksOf: ({ userId }: Person): string[] =>
      workspace.tasks.filter((task) => isOpen(task) && task.assignee_user_id === userId).map(({ id }) => id),
  };
};

export type Stage = Awaited<ReturnType<typeof startStage>>;
