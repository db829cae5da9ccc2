import { notFoundIssue } from '../api-issue.ts';
import { readUuid } from '../http/read-field.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** Reads the id of somebody in the workspace, or null for nobody; throws a 400 or a 404. */
export const readMember = ({ people }: Pick<Workspace, 'people'>, value: unknown): string | null => {
  if (value === null) return null;
  const userId = readUuid('assignee_user_id', value);
  if (!people.some((person) => person.userId === userId)) throw notFoundIssue('User', userId);
  return userId;
};
