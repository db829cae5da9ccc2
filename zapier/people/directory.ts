import type { ZObject } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';
import type { DirectoryEntry } from '../../contract/person.ts';
import type { Deadline } from '../deadline.ts';
import { webhookServerUrl } from '../environment.ts';
import type { StepRun } from '../step-run.ts';
import { listPeople } from '../webhook-server/webhook-server-api.ts';

/** The people of the workspace as the webhook server knows them, read at most once per run. */
export type Directory = {
  /**
   * Everybody, people with names first; `undefined` without a webhook server, as Topo gives no names.
   *
   * @throws the `webhookServerError` of any failure.
   */
  list(): Promise<readonly DirectoryEntry[] | undefined>;
  /** The same for optional use: an empty list when the directory does not exist or cannot be read. */
  listIfAvailable(): Promise<readonly DirectoryEntry[]>;
  /** Looks up the names of ids, as far as they are known. Sends no request when all ids are null. */
  resolveNames(ids: readonly (string | null)[]): Promise<PersonOf>;
};

/** A run that may look people up. */
export type RunWithDirectory = StepRun & { directory: Directory };

/** The person with an id; nobody for null. */
export type PersonOf = (userId: string | null) => Person;

/** Finding the person behind a name is worth a wait; showing the name of an id is optional. */
const requiredTimeoutMs = 10_000;
const optionalTimeoutMs = 2_000;

const personLookup = (entries: readonly DirectoryEntry[]): PersonOf => {
  const known = new Map(entries.map((entry) => [entry.user_id.toLowerCase(), entry]));
  return (userId) => {
    const entry = userId === null ? undefined : known.get(userId.toLowerCase());
    return { user_id: userId, name: entry?.name ?? null, email: entry?.email ?? null };
  };
};

/** Opens the directory for one run; it is read on first use. */
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
      return (await readOnce(optionalTimeoutMs)) ?? [];
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
    list: () => readOnce(requiredTimeoutMs),
    listIfAvailable,
    resolveNames: async (ids) => personLookup(ids.every((id) => id === null) ? [] : await listIfAvailable()),
  };
};
