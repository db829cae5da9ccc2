import { afterEach, expect } from '@jest/globals';
import { createSandbox, type SandboxOptions } from '../../../dev/sandbox/create-sandbox.ts';
import { type CommandPorts, runCommand } from '../../../dev/verify-topo/run-command.ts';

const closers: (() => Promise<void>)[] = [];
afterEach(async () => {
  for (const close of closers.splice(0)) await close();
});

/** A finding as the command prints it. */
export type Seen = { fact: string; expected: string; seen: string; verdict: string };

export const facts = {
  ownCall: 'GET /v1/tasks/{id} exists',
  sequenceCall: 'GET /v1/sequences/{id} exists',
  runList: 'GET /v1/sequences lists the runs',
  templateList: 'GET /v1/sequence-templates lists the templates',
  contactList: 'GET /v1/contacts lists the contacts',
  contactEmail: 'The contact list takes email',
  activities: 'GET /v1/activities tells of tasks',
  users: 'GET /v1/users exists',
  members: 'GET /v1/members exists',
  eventTypes: 'Topo lists the event types of its webhooks',
  webhookHeaders: 'Which headers a webhook of Topo’s has',
  createdAtAfter: 'The task list takes created_at_after',
  ties: 'Tasks of the same moment come in a stable order',
  unknownTask: 'Reassigning a task that is not there',
  malformedTask: 'Reassigning with a malformed task id',
  answer: 'The PATCH answers the task',
  moment: 'Reassigning moves updated_at',
  clock: 'The Date header and updated_at are of one clock',
  firstPage: 'The task list by updated_at, newest first, shows the change',
  closed: 'Reassigning a closed task',
  repetition: 'Repeating a PATCH, to the present assignee, is accepted',
  repeatedMoment: 'Repeating a PATCH moves updated_at',
  timestamps: 'Timestamps have digits of a second, and a zone',
  unknownUser: 'Reassigning to a user who does not exist',
  siblings: 'Scope SEQUENCE gives the sequence’s other tasks, too',
  siblingMoments: 'Scope SEQUENCE moves updated_at of those tasks',
  skip: 'POST /v1/tasks/{id}/skip exists',
  limits: 'Answers say what the rate limit is',
} as const;

const all = ['--yes', '--json', '--sequence', '--unknown-user'];

/** A workspace with a task of Anna's that has open and closed siblings, all of a while ago. */
export const openWorkspace = async (options: SandboxOptions = {}) => {
  let nowMs = Date.parse('2026-03-02T09:00:00.250Z');
  const sandbox = createSandbox({ clock: () => new Date(nowMs), taskCount: 40, ...options });
  const { url, close } = await sandbox.listen();
  closers.push(close);
  const [workspace] = sandbox.workspaces;
  const [anna = '', ben = '', carl = '', dora = ''] = workspace.people.map(({ userId }) => userId);
  const old = { created_at: '2026-02-20T08:00:00Z', updated_at: '2026-02-21T08:00:00Z' };
  const task = sandbox.createTask({ ...old, assignee_user_id: anna });
  const { sequence_id } = task;
  const siblings = [
    sandbox.createTask({ ...old, sequence_id, assignee_user_id: anna }),
    sandbox.createTask({ ...old, sequence_id, assignee_user_id: ben, status: 'IN_PROGRESS' }),
    sandbox.createTask({ ...old, sequence_id, assignee_user_id: carl, status: 'COMPLETED' }),
  ];
  const assignees = () => Object.fromEntries(workspace.tasks.map((each) => [each.id, each.assignee_user_id]));
  const before = assignees();

  const waits: number[] = [];
  const verify = async (
    args: string[],
    {
      apiUrl = url,
      key = workspace.keys.full,
      ...ports
    }: Partial<CommandPorts> & { apiUrl?: string; key?: string } = {},
  ) => {
    let printed = '';
    let told = '';
    const code = await runCommand(
      { args, environment: { TOPO_API_URL: apiUrl, TOPO_API_KEY: key } },
      {
        print: (text) => {
          printed += text;
        },
        tell: (text) => {
          told += text;
        },
        confirm: undefined,
        wait: async (ms, signal) => {
          signal?.throwIfAborted();
          waits.push(ms);
          nowMs += ms;
        },
        clock: () => nowMs,
        interruption: new AbortController().signal,
        width: 132,
        ...ports,
      },
    );
    expect(printed + told).not.toContain(key);
    return { code, printed, told };
  };

  /** Verifies everything, and returns the findings by fact. */
  const verifyAll = async (ports: Parameters<typeof verify>[1] = {}, args: string[] = all) => {
    const { code, printed, told } = await verify(['--task', task.id, '--to', dora, ...args], ports);
    const lines = printed.split('\n').slice(0, -1);
    const seen = new Map(lines.map((line) => JSON.parse(line) as Seen).map((one) => [one.fact, one]));
    const different = [...seen.values()].filter(({ verdict }) => verdict === 'different').map(({ fact }) => fact);
    return { code, told, seen, different };
  };

  return {
    sandbox,
    workspace,
    url,
    task,
    siblings,
    anna,
    ben,
    carl,
    dora,
    before,
    assignees,
    waits,
    verify,
    verifyAll,
  };
};
