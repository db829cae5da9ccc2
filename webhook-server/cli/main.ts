import packageJson from '../../package.json' with { type: 'json' };
import '../refuse-inspector.ts';
import { runCommand } from './run-command.ts';
import { backup } from './verbs/backup.ts';
import { doctor } from './verbs/doctor.ts';
import { moveToPostgres } from './verbs/move-to-postgres.ts';
import { newKey } from './verbs/new-key.ts';
import { people } from './verbs/people.ts';
import { restore } from './verbs/restore.ts';
import { serve } from './verbs/serve.ts';

const verbs = { serve, doctor, 'new-key': newKey, backup, restore, people, 'move-to-postgres': moveToPostgres };

// Whoever reads may have gone: that is no reason to fail.
for (const output of [process.stdout, process.stderr]) output.on('error', () => {});

const code = await runCommand(process.argv.slice(2), verbs, packageJson.version, {
  environment: process.env,
  print: (text) => process.stdout.write(`${text}\n`),
  printError: (text) => process.stderr.write(`${text}\n`),
});
if (code !== undefined) process.exitCode = code;
