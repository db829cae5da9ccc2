import { runCommand } from '../../webhook-server/cli/run-command.ts';
import { backup } from '../../webhook-server/cli/verbs/backup.ts';
import { moveToPostgres } from '../../webhook-server/cli/verbs/move-to-postgres.ts';
import { people } from '../../webhook-server/cli/verbs/people.ts';
import { restore } from '../../webhook-server/cli/verbs/restore.ts';

const verbs = { backup, restore, people, 'move-to-postgres': moveToPostgres };

/** Runs a command of `topo-for-zapier` with these variables, and returns what it printed and its exit code. */
export const runVerb = async (environment: Record<string, string>, ...words: string[]) => {
  const printed: string[] = [];
  const complained: string[] = [];
  const code = await runCommand(words, verbs, '1.2.3', {
    environment,
    print: (text) => printed.push(text),
    printError: (text) => complained.push(text),
  });
  return { code, printed: printed.join('\n'), complained: complained.join('\n') };
};
