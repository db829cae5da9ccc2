import type { RequestHandler } from 'express';
import * as z from 'zod';
import { coversScope } from '../../../contract/covers-scope.ts';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { countMissed } from '../../http/count-missed.ts';
import { hookUnavailable } from '../../http/errors/hook-unavailable.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { hookView } from '../../http/views/hook-view.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { EventPosition, TenantStore } from '../../store/tenant-store.ts';
import { assetUrl } from '../assets.ts';
import { FilterSelect } from '../event-filters.tsx';
import { Layout } from '../layout.tsx';
import { optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { type Count, Counted, Going, Gone, type LostState } from '../sending.tsx';
import { filtersOfSpan, spanOfFilters, TimeFields, type TimeSpan, timeFilters } from '../time-span.tsx';
import { ZapSelect } from '../zap-select.tsx';

const stateOptions: readonly (readonly [LostState, string])[] = [
  ['dead', 'given up after three days'],
  ['dropped', 'not sent, as the Zap was turned off'],
  ['missed', 'missed while the Zap was off'],
];

const state = optional(z.enum(['dead', 'dropped', 'missed']));

const Query = z.object({ ...timeFilters, hook: optional(someId), state });

const amount = z
  .string()
  .regex(/^\d{1,7}$/, { error: 'Expected a number.' })
  .transform(Number);

/** The last event that was looked at, of those that were missed. */
const position = z
  .string()
  .regex(/^\d{1,16}-\d{1,16}$/, { error: 'Expected a position.' })
  .transform((text): EventPosition => {
    const [occurredAtUs = 0, seq = 0] = text.split('-').map(Number);
    return { occurredAtUs, seq };
  });

const Form = z.object({ ...timeFilters, hook: someId, state, total: amount, done: amount, from: optional(position) });

const spanRules = { usualDays: 7, mostDays: 92 };

const mostZaps = 200;

/** What waits in a database is counted no further than this. */
const mostCounted = 10_000;

/** What was missed is worked out to be counted: a page goes no further than this. */
const mostMissed = 1_000;
const mostLooks = 20;

/** So many are sent with one request, and with one transaction. */
const perRequest = 500;
const perTransaction = 100;

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number };

/** What a page or a form speaks of, and whether somebody waits for it. */
type Lost = { store: TenantStore; hook: string; state: LostState | undefined; span: TimeSpan; isWanted: () => boolean };

const scopeOf = ({ state: chosen, span }: Lost) => ({
  ...span,
  states: chosen === undefined || chosen === 'missed' ? undefined : [chosen],
});

const countLost = async (lost: Lost): Promise<Count> => {
  const { store, hook, span, isWanted } = lost;
  if (lost.state === 'missed') {
    const counted = await countMissed(store, hook, { ...span, isWanted }, { count: mostMissed, looks: mostLooks });
    return { ...counted, unknown: await store.unreadWhileOff(hook, span) };
  }
  const counted = await store.countRecoverable(hook, { ...scopeOf(lost), limit: mostCounted });
  if (counted.kind !== 'counted') throw hookUnavailable(counted.kind);
  return { count: counted.count, isAll: counted.count < mostCounted, unknown: [] };
};

/** `GET /dashboard/send-again`: how much a Zap did not get in a time. It sends nothing. */
export const showSendAgain =
  ({ authenticate, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const { hook, state: chosen, ...time } = parseRequest(Query, request.query);
    const nowMs = clock();
    const span = spanOfFilters(time, { nowMs, ...spanRules });
    const hooks = await store.hooks({ limit: mostZaps });
    const live = hooks.filter(({ ended }) => ended === null);
    const isWanted = () => !response.closed;
    const found = hook === undefined ? undefined : await countLost({ store, hook, state: chosen, span, isWanted });
    sendPage(
      response,
      <Layout title="Send again" viewer="workspace" current="send-again">
        {live.length === 0 ? (
          <p>No Zap listens, so nothing can be sent. Turn on the Zap in Zapier first.</p>
        ) : (
          <form method="get" action="send-again" class="filters" aria-label="What to send again">
            <ZapSelect hooks={live.map((one) => hookView(one, vault, nowMs))} chosen={hook} />
            <TimeFields {...span} />
            <FilterSelect
              label="State"
              name="state"
              chosen={chosen}
              options={stateOptions}
              any="given up, or not sent as the Zap was turned off"
            />
            <button type="submit">Count</button>
          </form>
        )}
        {live.length > 0 && hook === undefined && (
          <p>Choose a Zap and a time. Nothing is sent before you have seen how many.</p>
        )}
        {hook !== undefined && found !== undefined && (
          <Counted
            chosen={{ hook, ...filtersOfSpan(span), state: chosen }}
            found={found}
            mayWrite={coversScope(scopes, 'tasks:write')}
          />
        )}
        <script src={assetUrl('local-times.js')} defer />
      </Layout>,
    );
  };

type Sent = { count: number; hasMore: boolean; from: EventPosition | null };

/** Sends one piece of it. */
const sendMissed = async ({ store, hook, span, isWanted }: Lost, begin: EventPosition | null): Promise<Sent> => {
  const sent: Sent = { count: 0, hasMore: true, from: begin };
  for (let looks = 0; sent.hasMore && sent.count === 0 && looks < mostLooks && isWanted(); looks += 1) {
    const recovery = await store.recoverMissed(hook, { ...span, from: sent.from, isDryRun: false });
    if (recovery.kind !== 'looked') throw hookUnavailable(recovery.kind);
    sent.count += recovery.count;
    sent.from = recovery.next;
    sent.hasMore = recovery.next !== null;
  }
  return sent;
};

const sendSome = async (lost: Lost, begin: EventPosition | null): Promise<Sent> => {
  if (lost.state === 'missed') return sendMissed(lost, begin);
  const sent: Sent = { count: 0, hasMore: true, from: null };
  while (sent.hasMore && sent.count < perRequest && lost.isWanted()) {
    const recovery = await lost.store.recoverDeliveries(lost.hook, { ...scopeOf(lost), limit: perTransaction });
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
    const { hook, total, done, from: begin = null, state: lostState, ...time } = parseRequest(Form, request.body);
    const span = spanOfFilters(time, { nowMs: clock(), ...spanRules });
    const isWanted = () => !response.closed;
    const { count, hasMore, from } = await sendSome({ store, hook, state: lostState, span, isWanted }, begin);
    const chosen = { hook, ...filtersOfSpan(span), state: lostState };
    sendPage(
      response,
      <Layout title="Send again" viewer="workspace" current="send-again">
        <div id="sending" aria-live="polite">
          {hasMore ? (
            <Going chosen={chosen} total={total} done={done + count} from={from} />
          ) : (
            <Gone chosen={chosen} done={done + count} />
          )}
        </div>
      </Layout>,
    );
  };
