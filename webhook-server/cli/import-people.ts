import { readFileSync } from 'node:fs';
import { ImportReport } from '../../contract/person.ts';
import { givenVariables } from '../config.ts';
import { ControlRefused, callControl } from '../control/call-control.ts';
import { controlSocketIn } from '../data-files.ts';
import { errorCode } from '../error-code.ts';
import { redact } from '../secrets/redact.ts';
import { readSettingFiles } from '../setting-files.ts';
import { readConfigured } from './configured.ts';
import { explainCall } from './explain-call.ts';
import { type Surroundings, VerbError } from './verb.ts';

const readKey = ({ environment }: Surroundings): string => {
  const { settings, faults } = readSettingFiles(givenVariables(environment), ['TOPO_API_KEY']);
  const [fault] = faults;
  if (fault !== undefined) throw new VerbError(`${fault.variable} ${fault.message}.`);
  const { TOPO_API_KEY: key } = settings;
  if (key === undefined) {
    throw new VerbError('Whose colleagues? Set TOPO_API_KEY to the Topo key of the workspace, or TOPO_API_KEY_FILE.');
  }
  return key;
};

const sentences: Record<string, string> = {
  ENOENT: 'is not there.',
  EISDIR: 'is a folder.',
  EACCES: 'may not be read by this user.',
};

const readFile = (path: string): Buffer => {
  try {
    return readFileSync(path);
  } catch (cause) {
    const code = errorCode(cause);
    if (code === undefined) throw cause;
    throw new VerbError(`${path} ${sentences[code] ?? `cannot be read (${code}).`}`, { cause });
  }
};

const call = async (dataFolder: string, body: Buffer, key: string): Promise<ImportReport> => {
  const headers = { authorization: `Bearer ${key}` };
  try {
    const answer = await callControl(controlSocketIn(dataFolder), {
      path: '/people/import',
      type: 'text/csv',
      body,
      headers,
    });
    if (answer === undefined) {
      throw new VerbError(`No server listens at ${controlSocketIn(dataFolder)}. Start it, then run this again.`);
    }
    return ImportReport.parse(answer);
  } catch (cause) {
    if (cause instanceof ControlRefused) throw new VerbError(redact(cause.message), { cause });
    throw explainCall(dataFolder, cause);
  }
};

/** Sends the people of a CSV file to the server that runs, and prints what may be a mistake. */
export const importPeople = async (what: string, path: string, surroundings: Surroundings): Promise<number> => {
  if (what !== 'import') throw new VerbError(`“people ${what}” is unknown here. There is “people import FILE”.`);
  const { dataFolder } = readConfigured(surroundings);
  const key = readKey(surroundings);
  const { imported, warnings } = await call(dataFolder, readFile(path), key);
  for (const { line, message } of warnings) surroundings.printError(`line ${line}: ${message}`);
  surroundings.print(`${imported} ${imported === 1 ? 'colleague is' : 'colleagues are'} named now.`);
  return 0;
};
