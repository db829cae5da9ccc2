import type { Ground } from '../every-store.ts';
import { startHttp } from '../started-http.ts';
import type { CallerName, Command, RouteName } from './command.ts';
import { Known, requestOf } from './request.ts';
import { happen } from './world.ts';

export type Workspace = 'north' | 'south';

/** Which workspace a caller may speak for. A key with too few scopes speaks for none. */
export const workspaceOf: Record<CallerName, Workspace | null> = {
  north: 'north',
  northReader: 'north',
  northScopeless: null,
  south: 'south',
  outsider: null,
  nobody: null,
};

export type Answered = {
  step: number;
  by: CallerName;
  route: RouteName;
  asked: string;
  status: number;
  /** With each id named by the order in which its workspace met it, so that two runs can be compared. */
  text: string;
  raw: string;
};

/**
 * Lets these things happen, one second after the other, on a server of its own. Calls that `includes` leaves out are not
 * made, but their second passes. Answers what was answered, and what each workspace knows in the end.
 */
export const runCommands = async (
  ground: Ground,
  commands: readonly Command[],
  includes: (by: CallerName) => boolean,
): Promise<{ answers: Answered[]; known: Record<Workspace, Known> }> => {
  const much = 1_000_000;
  const http = await startHttp({
    openStore: (clock) => ground.open(clock),
    sandbox: { taskCount: 0 },
    limits: {
      requestsPerMinute: much,
      wakeUpsPerMinute: much,
      manualDeliveriesPerMinute: much,
      newKeysPerMinute: much,
      unauthenticatedPerMinute: much,
    },
  });
  const tokens: Record<CallerName, string | undefined> = {
    north: http.keys.full,
    northReader: http.keys.readOnly,
    northScopeless: http.keys.noTasks,
    south: http.foreignKey,
    outsider: 'topo_outsider',
    nobody: undefined,
  };
  const known = { north: new Known(), south: new Known() };
  const answers: Answered[] = [];
  try {
    for (const [step, command] of commands.entries()) {
      http.passTime(1000);
      if (command.kind !== 'call') {
        await happen(http.store.work, command, http.nowMs());
        continue;
      }
      const { by, route } = command;
      if (!includes(by)) continue;
      const workspace = workspaceOf[by];
      const own = workspace === null ? new Known() : known[workspace];
      const { method, path, body, token } = requestOf(command, own, workspace === 'north' ? known.south : known.north);
      const { status, text } = await http.call(
        method,
        path,
        workspace === null ? tokens[by] : (token ?? tokens[by]),
        body,
      );
      const asked = `${path} ${JSON.stringify(body ?? null)}`;
      own.note(text, asked);
      answers.push({ step, by, route, asked, status, text: own.name(text).replace(/req_[\w-]+/, 'req'), raw: text });
    }
    return { answers, known };
  } finally {
    await http.close();
  }
};
