import type { RequestHandler } from 'express';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import type { WorkspaceHealth } from '../../store/operator-store.ts';
import { assetUrl } from '../assets.ts';
import { DelaySentence } from '../delay-sentence.tsx';
import { Layout } from '../layout.tsx';
import { type Problem, problemsOf } from '../problems.ts';
import { sendPage } from '../send-page.ts';
import { counted, spanOf, Time } from '../time.tsx';

/** More at once would hide which matter most. */
const mostShown = 2;

const Verdict = ({ problems }: { problems: readonly Problem[] }) => {
  if (problems.length === 0) return <p class="well">All well. Nothing here needs you.</p>;
  return (
    <section aria-labelledby="needs">
      <h2 id="needs">This needs somebody</h2>
      <ol>
        {problems.slice(0, mostShown).map(({ what, next }) => (
          <li key={what}>
            <strong>{what}</strong> {next}
          </li>
        ))}
      </ol>
      {problems.length > mostShown && (
        <p>
          {counted(problems.length - mostShown, 'smaller thing', 'smaller things')} may wait until these are solved.
        </p>
      )}
    </section>
  );
};

const FirstReading = ({ progress }: { progress: { rowsRead: number; totalRows: number } }) => (
  <section aria-labelledby="first-reading">
    <h2 id="first-reading">First reading</h2>
    <label>
      {progress.rowsRead.toLocaleString('en')} of {progress.totalRows.toLocaleString('en')} tasks are read. Zaps hear of
      changes from its end on.
      <progress value={progress.rowsRead} max={Math.max(1, progress.totalRows)} />
    </label>
  </section>
);

const Figures = ({ health, requestsPerMinute }: { health: WorkspaceHealth; requestsPerMinute: number }) => (
  <dl class="figures">
    <div>
      <dt>Last good reading</dt>
      <dd>{health.readAtMs === null ? 'none yet' : <Time ms={health.readAtMs} />}</dd>
    </div>
    <div>
      <dt>Zaps that listen</dt>
      <dd>{health.hooks.active + health.hooks.failing}</dd>
    </div>
    <div>
      <dt>Waiting to be sent</dt>
      <dd>
        {health.waiting}
        {health.oldestWaitingMs !== null && `, the oldest for ${spanOf(health.oldestWaitingMs)}`}
      </dd>
    </div>
    <div>
      <dt>Given up</dt>
      <dd>{health.givenUp}</dd>
    </div>
    <div>
      <dt>Requests to Topo in the last minute</dt>
      <dd>
        {health.requestsLastMinute} of {requestsPerMinute}
      </dd>
    </div>
  </dl>
);

/** `GET /dashboard/health`: whether somebody has to do something. It renews itself while it is open. */
export const showHealth =
  ({ authenticate, requestsPerMinute }: { authenticate: Authenticate; requestsPerMinute: number }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const health = await store.health();
    const delays = await store.delays();
    sendPage(
      response,
      <Layout title="Health" viewer="workspace" current="health">
        <div
          id="health"
          hx-get="health"
          hx-trigger="look"
          data-every="15"
          hx-select="#health"
          hx-swap="outerHTML"
          aria-live="polite"
        >
          {health === undefined || !health.isWatched ? (
            <p>
              No Zap listens yet. Turn on a Zap with a trigger of Topo’s in Zapier, and this page shows how it fares.
            </p>
          ) : (
            <>
              <Verdict problems={problemsOf(health)} />
              {health.listeningSinceMs === null && health.progress !== null && (
                <FirstReading progress={health.progress} />
              )}
            </>
          )}
          <DelaySentence delays={delays} />
          {health !== undefined && <Figures health={health} requestsPerMinute={requestsPerMinute} />}
        </div>
        <script src={assetUrl('look.js')} defer />
      </Layout>,
    );
  };
