import * as z from 'zod';

const uuid = '[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}';

/** The pattern of a uuid inside a text, not right before or after another hexadecimal digit. */
export const uuidInText = `(?<![0-9a-f])${uuid}(?![0-9a-f])`;

const idOf = (what: string) =>
  z.guid({ error: `Expected ${what}, such as 3c90c3cc-0d44-4b50-8888-8dd25736052a.` }).toLowerCase();

/** Topo's ids in requests to the webhook server: uuids of any version, converted to lower case. */
export const userId = idOf('a user id');
export const taskId = idOf('a task id');
export const templateId = idOf('the id of a sequence template');
