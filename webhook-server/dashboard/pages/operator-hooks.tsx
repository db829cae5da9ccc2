import type { RequestHandler } from 'express';
import * as z from 'zod';
import { parseRequest } from '../../http/validate-request.ts';
import type { OperatedHook, OperatorStore } from '../../store/operator-store.ts';
import { Layout } from '../layout.tsx';
import { Pager } from '../pager.tsx';
import { hrefOf, optional, pageNumber, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { Time } from '../time.tsx';

const states = ['active', 'failing', 'ended'] as const;

const Query = z.object({ state: optional(z.enum(states)), workspace: optional(someId), page: pageNumber });

const perPage = 50;

const Standing = ({ hook: { ended, failingSinceMs } }: { hook: OperatedHook }) => {
  if (ended !== null) {
    return (
      <>
        ended ({ended.reason}) <Time ms={ended.atMs} />
      </>
    );
  }
  if (failingSinceMs === null) return <>active</>;
  return (
    <>
      failing since <Time ms={failingSinceMs} />
    </>
  );
};

/** `GET /dashboard/operator-hooks`: hooks by their state, of all workspaces or of one. */
export const showOperatorHooks =
  (store: OperatorStore): RequestHandler =>
  async (request, response) => {
    const { state, workspace, page } = parseRequest(Query, request.query);
    const found = await store.hooks({
      limit: perPage + 1,
      skip: (page - 1) * perPage,
      state,
      organizationId: workspace,
    });
    sendPage(
      response,
      <Layout title="Hooks" viewer="operator" current="operator-hooks">
        <form method="get" action="operator-hooks" class="filters">
          <label>
            State
            <select name="state">
              <option value="">any</option>
              {states.map((name) => (
                <option key={name} value={name} selected={name === state}>
                  {name}
                </option>
              ))}
            </select>
          </label>
          <label>
            Workspace
            <input name="workspace" value={workspace ?? ''} maxlength={100} />
          </label>
          <button type="submit">Show</button>
        </form>
        {found.length === 0 ? (
          <p>There is no such hook. Choose another state, or leave the workspace out.</p>
        ) : (
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">Hook</th>
                  <th scope="col">Workspace</th>
                  <th scope="col">State</th>
                  <th scope="col">Made</th>
                </tr>
              </thead>
              <tbody>
                {found.slice(0, perPage).map((hook) => (
                  <tr key={hook.id}>
                    <th scope="row">
                      <a href={hrefOf('operator-deliveries', { hook: hook.id })}>{hook.id}</a>
                    </th>
                    <td>{hook.organizationId}</td>
                    <td>
                      <Standing hook={hook} />
                    </td>
                    <td>
                      <Time ms={hook.createdAtMs} />
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Pager page="operator-hooks" number={page} hasMore={found.length > perPage} filters={{ state, workspace }} />
      </Layout>,
    );
  };
