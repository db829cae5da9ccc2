import { Issue } from '../api-issue.ts';
import type { ApiKey, Scope } from '../workspace/api-key.ts';
import type { Workspace } from '../workspace/workspace.ts';

/** A key and its workspace. */
export type Holder = { readonly key: ApiKey; readonly workspace: Workspace };

/** Finds the key of a header `Authorization: Bearer topo_…`, also when it is revoked. */
export const findHolder = (workspaces: readonly Workspace[], header: string | undefined): Holder | undefined => {
  const token = /^Bearer +(\S+)$/i.exec(header ?? '')?.[1];
  for (const workspace of workspaces) {
    const key = workspace.keys.find((candidate) => candidate.token === token);
    if (key !== undefined) return { key, workspace };
  }
  return undefined;
};

/** Throws a 401 without a valid key, and a 403 that names a missing scope. */
export const authorize = (holder: Holder | undefined, scope: Scope | null): Holder => {
  if (holder === undefined || holder.key.isRevoked) {
    throw new Issue(401, 'UnauthorizedIssue', 'The API key is missing, malformed or invalid.');
  }
  if (scope !== null && !holder.key.scopes.includes(scope)) {
    throw new Issue(403, 'UnauthorizedIssue', `The API key lacks the scope ${scope}.`, { required_scope: scope });
  }
  return holder;
};
