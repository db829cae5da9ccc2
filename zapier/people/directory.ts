import type { ZObject } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';
import type { DirectoryEntry } from '../../contract/person.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import type { StepRun } from '../step-run.ts';
import { listPeople } from '../webhook-server/webhook-server-api.ts';

/** What the webhook server knows of the people of the workspace, read at most once in a run. */
export type Directory = {
  /**
   * Everybody, the named first; `undefined` without a webhook server, as Topo tells no names.
   *
   * @throws what `webhookServerError` makes of a server that does not answer as it should.
   */
  list(): Promise<readonly DirectoryEntry[] | undefined>;
  /** The same for whoever can do without: nobody when the directory is not there or cannot be read. */
  listIfAvailable(): Promise<readonly DirectoryEntry[]>;
  /** Tells who ids are, with the names that are known. Nothing is asked when there are no ids but null. */
  resolveNames(ids: readonly (string | null)[]): Promise<PersonOf>;
};

/** A run that may look people up. */
export type RunWithDirectory = StepRun & { directory: Directory };

/** Who an id is; nobody for null. */
export type PersonOf = (userId: string | null) => Person;

/** To find out whom a name means is worth a wait; to tell the name of an id is a courtesy. */
const resolveMs = 10_000;
const courtesyMs = 2_000;

const personLookup = (entries: readonly DirectoryEntry[]): PersonOf => {
  const known = new Map(entries.map((entry) => [entry.user_id.toLowerCase(), entry]));
  return (userId) => {
    const entry = userId === null ? undefined : known.get(userId.toLowerCase());
    return { user_id: userId, name: entry?.name ?? null, email: entry?.email ?? null };
  };
};

/** Opens the directory for one run; nothing is read before somebody asks. */
export const openDirectory = (z: ZObject, deadline: Deadline): Directory => {
  let reading: Promise<readonly DirectoryEntry[] | undefined> | undefined;
  let known: Promise<readonly DirectoryEntry[]> | undefined;

  const read = async (timeoutMs: number): Promise<readonly DirectoryEntry[] | undefined> =>
    webhookServerUrl() === undefined ? undefined : listPeople(z, Math.min(timeoutMs, deadline.remainingMs()));

  const readOnce = (timeoutMs: number) => {
    reading ??= read(timeoutMs);
    return reading;
  };

  const readIfPossible = async (): Promise<readonly DirectoryEntry[]> => {
    try {
      return (await readOnce(courtesyMs)) ?? [];
    } catch (error) {
      z.console.warn(`Nobody is named, as the directory cannot be read: ${String(error)}`);
      return [];
    }
  };

  const listIfAvailable = () => {
    known ??= readIfPossible();
    return known;
  };

  return {
    list: () => readOnce(resolveMs),
    listIfAvailable,
    resolveNames: async (ids) => personLookup(ids.every((id) => id === null) ? [] : await listIfAvailable()),
  };
};
