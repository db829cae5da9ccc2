import * as z from 'zod';

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** Finds the uuids in a text; letters and digits right before or after one make it something else. */
export const uuidInText = `(?<![0-9a-f])${uuid}(?![0-9a-f])`;

const idOf = (what: string) =>
  z.guid({ error: `Expected ${what}, such as 3c90c3cc-0d44-4b50-8888-8dd25736052a.` }).toLowerCase();

/** The ids of Topo that somebody sends us: uuids of any version, kept in lower case. */
export const userId = idOf('a user id');
export const taskId = idOf('a task id');
export const templateId = idOf('the id of a sequence template');
