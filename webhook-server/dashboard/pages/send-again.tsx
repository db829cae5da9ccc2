import type { RequestHandler } from 'express';
import * as z from 'zod';
import { coversScope } from '../../../contract/covers-scope.ts';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { hookUnavailable } from '../../http/errors/hook-unavailable.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { hookView } from '../../http/views/hook-view.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import { assetUrl } from '../assets.ts';
import { FilterSelect } from '../event-filters.tsx';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { counted } from '../time.tsx';
import { filtersOfSpan, spanOfFilters, TimeFields, timeFilters } from '../time-span.tsx';
import { ZapSelect } from '../zap-select.tsx';

const State = z.enum(['dead', 'dropped']);

const stateOptions = [
  ['dead', 'given up after three days'],
  ['dropped', 'not sent, as the Zap was turned off'],
] as const;

const Query = z.object({ ...timeFilters, hook: optional(someId), state: optional(State) });

const amount = z
  .string()
  .regex(/^\d{1,7}$/, { error: 'Expected a number.' })
  .transform(Number);
const Form = z.object({ ...timeFilters, hook: someId, state: optional(State), total: amount, done: amount });

const spanRules = { usualDays: 7, mostDays: 92 };

const mostZaps = 200;

/** What waits in a database is counted no further than this. */
const mostCounted = 10_000;

/** So many are sent with one request, and with one transaction. */
const perRequest = 500;
const perTransaction = 100;

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number };

type Chosen = { hook: string; since: string; until: string; state: 'dead' | 'dropped' | undefined };

type SendingProps = { chosen: Chosen; total: number; done: number };

/** The form that sends the next ones. Once it has begun it goes on by itself, as long as the page is open. */
const SendingForm = ({ chosen, total, done }: SendingProps) => {
  const goesOn =
    done === 0
      ? {}
      : {
          'hx-post': 'send-again',
          'hx-trigger': 'load delay:1s',
          'hx-target': '#sending',
          'hx-select': '#sending',
          'hx-swap': 'outerHTML',
        };
  return (
    <form method="post" action="send-again" {...goesOn}>
      {Object.entries({ ...chosen, total, done }).map(([name, value]) => (
        <input key={name} type="hidden" name={name} value={value ?? ''} />
      ))}
      <button type="submit">{done === 0 ? `Send ${counted(total, 'delivery', 'deliveries')} again` : 'Go on'}</button>
    </form>
  );
};

const statesOf = (state: 'dead' | 'dropped' | undefined) => (state === undefined ? undefined : [state]);

/** Which Zap and time a page or a form speaks of. */
const scopeOf = ({ state, ...time }: Omit<z.output<typeof Query>, 'hook'>, nowMs: number) => {
  const span = spanOfFilters(time, { nowMs, ...spanRules });
  return { span, scope: { ...span, states: statesOf(state) } };
};

type CountProps = { chosen: Chosen; count: number; mayWrite: boolean };

const Count = ({ chosen, count, mayWrite }: CountProps) =>
  count === 0 ? (
    <p>There is nothing to send again. Choose a longer time, or any state.</p>
  ) : (
    <>
      <p>
        {count >= mostCounted && 'At least '}
        {counted(count, 'delivery was', 'deliveries were')} not taken in this time. The Zap runs once for each, as fast
        as Zapier takes them. What was sent again before is left out.
      </p>
      {mayWrite ? (
        <SendingForm chosen={chosen} total={count} done={0} />
      ) : (
        <p>Your key may only read. Sign in with one that may write tasks to send them.</p>
      )}
    </>
  );

/** `GET /dashboard/send-again`: how many deliveries a Zap did not get in a time. It sends nothing. */
export const showSendAgain =
  ({ authenticate, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const { hook, ...rest } = parseRequest(Query, request.query);
    const nowMs = clock();
    const { span, scope } = scopeOf(rest, nowMs);
    const hooks = await store.hooks({ limit: mostZaps });
    const live = hooks.filter(({ ended }) => ended === null);
    const found = hook === undefined ? undefined : await store.countRecoverable(hook, { ...scope, limit: mostCounted });
    if (found !== undefined && found.kind !== 'counted') throw hookUnavailable(found.kind);
    sendPage(
      response,
      <Layout title="Send again" viewer="workspace" current="send-again">
        {live.length === 0 ? (
          <p>No Zap listens, so nothing can be sent. Turn on the Zap in Zapier first.</p>
        ) : (
          <form method="get" action="send-again" class="filters" aria-label="What to send again">
            <ZapSelect hooks={live.map((one) => hookView(one, vault, nowMs))} chosen={hook} />
            <TimeFields {...span} />
            <FilterSelect label="State" name="state" chosen={rest.state} options={stateOptions} />
            <button type="submit">Count</button>
          </form>
        )}
        {live.length > 0 && hook === undefined && (
          <p>Choose a Zap and a time. Nothing is sent before you have seen how many.</p>
        )}
        {hook !== undefined && found !== undefined && (
          <Count
            chosen={{ hook, ...filtersOfSpan(span), state: rest.state }}
            count={found.count}
            mayWrite={coversScope(scopes, 'tasks:write')}
          />
        )}
        <script src={assetUrl('local-times.js')} defer />
      </Layout>,
    );
  };

type Sent = { count: number; hasMore: boolean };

const sendSome = async (
  store: TenantStore,
  hook: string,
  scope: ReturnType<typeof scopeOf>['scope'],
  isWanted: () => boolean,
): Promise<Sent> => {
  const sent: Sent = { count: 0, hasMore: true };
  while (sent.hasMore && sent.count < perRequest && isWanted()) {
    const recovery = await store.recoverDeliveries(hook, { ...scope, limit: perTransaction });
    if (recovery.kind !== 'queued') throw hookUnavailable(recovery.kind);
    sent.count += recovery.count;
    sent.hasMore = recovery.hasMore;
  }
  return sent;
};

/** `POST /dashboard/send-again`: sends the next ones, and shows how far it has come. */
export const sendAgain =
  ({ authenticate, clock }: Omit<Ports, 'vault'>): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { hook, total, done, ...rest } = parseRequest(Form, request.body);
    const { span, scope } = scopeOf(rest, clock());
    const sent = await sendSome(store, hook, scope, () => !response.closed);
    const chosen = { hook, ...filtersOfSpan(span), state: rest.state };
    const all = done + sent.count;
    sendPage(
      response,
      <Layout title="Send again" viewer="workspace" current="send-again">
        <div id="sending" aria-live="polite">
          {sent.hasMore ? (
            <>
              <label>
                {all.toLocaleString('en')} of {Math.max(all, total).toLocaleString('en')} wait to be sent.
                <progress value={all} max={Math.max(all, total)} />
              </label>
              <SendingForm chosen={chosen} total={total} done={all} />
              <p>
                <a href={hrefOf('send-again', chosen)}>Stop</a>
              </p>
            </>
          ) : (
            <p role="status">
              {counted(all, 'delivery waits', 'deliveries wait')} to be sent, and each goes by itself.{' '}
              <a href={hrefOf('why', { hook })}>See what becomes of them</a>
            </p>
          )}
        </div>
      </Layout>,
    );
  };
