import type { Route } from '../http/route.ts';
import { writeInstant } from '../workspace/write-task.ts';

export const describeKey: Route = {
  method: 'get',
  path: '/me',
  scope: null,
  answer: ({ workspace, key }) => ({
    id: key.id,
    organization_id: workspace.organizationId,
    name: key.name,
    key_prefix: key.prefix,
    scopes: key.scopes,
    last_used_at: key.lastUsedAt === null ? null : writeInstant(workspace, key.lastUsedAt),
    created_at: writeInstant(workspace, key.createdAt),
  }),
};
