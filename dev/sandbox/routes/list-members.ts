import { Issue } from '../api-issue.ts';
import { answerList } from '../http/answer-list.ts';
import type { Route } from '../http/route.ts';
import type { Person } from '../workspace/workspace.ts';

const listAt = (path: string): Route => ({
  method: 'get',
  path,
  scope: null,
  answer: ({ workspace, query }) => {
    if (workspace.assumptions.memberLists === 'forbidden') {
      throw new Issue(403, 'UnauthorizedIssue', 'The API key lacks the scope members:read.');
    }
    const listing = {
      rows: workspace.people,
      keyOf: () => 0,
      write: ({ userId, name, email }: Person) => ({ id: userId, name, email }),
    };
    return answerList(query, listing, workspace.random);
  },
});

/** No documentation knows these. */
export const memberLists: readonly Route[] = [listAt('/users'), listAt('/members')];
