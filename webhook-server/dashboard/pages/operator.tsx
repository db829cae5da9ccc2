import type { RequestHandler } from 'express';
import * as z from 'zod';
import { parseRequest } from '../../http/validate-request.ts';
import type { OperatorStore, WorkspaceHealth } from '../../store/operator-store.ts';
import type { Figures } from '../../store/work-store.ts';
import { DelaySentence } from '../delay-sentence.tsx';
import { Layout } from '../layout.tsx';
import { Pager } from '../pager.tsx';
import { hrefOf, pageNumber } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { spanOf, Time } from '../time.tsx';

const Query = z.object({ page: pageNumber });

const perPage = 50;

const Totals = ({ figures }: { figures: Figures }) => (
  <dl class="figures">
    <div>
      <dt>Workspaces</dt>
      <dd>{figures.watchedWorkspaces}</dd>
    </div>
    <div>
      <dt>Refused keys</dt>
      <dd>{figures.refusedKeys}</dd>
    </div>
    <div>
      <dt>Oldest reading</dt>
      <dd>{spanOf(figures.oldestReadingMs)}</dd>
    </div>
    <div>
      <dt>Waiting</dt>
      <dd>{figures.waitingDeliveries}</dd>
    </div>
    <div>
      <dt>Waiting for</dt>
      <dd>{spanOf(figures.oldestWaitingMs)}</dd>
    </div>
    {(['active', 'failing', 'ended'] as const).map((state) => (
      <div key={state}>
        <dt>
          <a href={hrefOf('operator-hooks', { state })}>Hooks {state}</a>
        </dt>
        <dd>{figures.hooks[state]}</dd>
      </div>
    ))}
  </dl>
);

const standingOf = ({ keyRefusedSinceMs, isWatched, progress, listeningSinceMs }: WorkspaceHealth): string => {
  if (!isWatched) return 'not watched';
  if (keyRefusedSinceMs !== null) return 'Topo refuses its key';
  if (listeningSinceMs === null && progress !== null)
    return `first reading: ${progress.rowsRead} of ${progress.totalRows}`;
  return 'watched';
};

const WorkspaceRow = ({ workspace }: { workspace: WorkspaceHealth }) => {
  const { organizationId, readAtMs, hooks, waiting, oldestWaitingMs, givenUp } = workspace;
  return (
    <tr>
      <th scope="row">
        <a href={hrefOf('operator-hooks', { workspace: organizationId })}>{organizationId}</a>
      </th>
      <td>{standingOf(workspace)}</td>
      <td>{readAtMs === null ? 'never' : <Time ms={readAtMs} />}</td>
      <td>
        {hooks.active} active, {hooks.failing} failing
      </td>
      <td>
        {waiting}
        {oldestWaitingMs !== null && `, for ${spanOf(oldestWaitingMs)}`}
      </td>
      <td>{givenUp}</td>
    </tr>
  );
};

/** `GET /dashboard/operator`: how all workspaces fare, those first that need somebody. */
export const showOperator =
  (store: OperatorStore): RequestHandler =>
  async (request, response) => {
    const { page } = parseRequest(Query, request.query);
    const figures = await store.figures();
    const delays = await store.delays();
    const workspaces = await store.workspaces({ limit: perPage + 1, skip: (page - 1) * perPage });
    sendPage(
      response,
      <Layout title="All workspaces" viewer="operator" current="operator">
        <Totals figures={figures} />
        <DelaySentence delays={delays} />
        {workspaces.length === 0 ? (
          <p>No workspace is known yet. One appears here when somebody turns a Zap on.</p>
        ) : (
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">Workspace</th>
                  <th scope="col">State</th>
                  <th scope="col">Last good reading</th>
                  <th scope="col">Hooks</th>
                  <th scope="col">Waiting</th>
                  <th scope="col">Given up</th>
                </tr>
              </thead>
              <tbody>
                {workspaces.slice(0, perPage).map((workspace) => (
                  <WorkspaceRow key={workspace.organizationId} workspace={workspace} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        <Pager page="operator" number={page} hasMore={workspaces.length > perPage} />
      </Layout>,
    );
  };
