import type { RequestHandler } from 'express';
import * as z from 'zod';
import { coversScope } from '../../../contract/covers-scope.ts';
import { eventForKey } from '../../../contract/event-for-key.ts';
import type { Hook } from '../../../contract/hook.ts';
import type { DirectoryEntry } from '../../../contract/person.ts';
import { userId } from '../../../contract/uuid.ts';
import { type Authenticate, requireScope } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { requeueRefused } from '../../http/errors/requeue-refused.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { hookView } from '../../http/views/hook-view.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import { assetUrl } from '../assets.ts';
import { FilterSelect, optionsOf } from '../event-filters.tsx';
import { FilterFold } from '../filter-fold.tsx';
import { hooksOfZap, liveHookOf, verdictOfZap } from '../hooks-of-zap.ts';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { filtersOfSpan, spanOfFilters, TimeFields, type TimeSpan, timeFilters } from '../time-span.tsx';
import { type Findings, WhyAnswers } from '../why-answers.tsx';
import { nameOfZap, ZapSelect } from '../zap-select.tsx';

const Query = z.object({
  ...timeFilters,
  hook: optional(someId),
  person: optional(userId),
  contact: optional(z.string().trim().min(2).max(320)),
});
type Query = z.output<typeof Query>;

const spanRules = { usualDays: 1, mostDays: 7 };

const mostEvents = 10;
const mostOffered = 200;

type FormProps = { query: Query; span: TimeSpan; hooks: readonly Hook[]; people: readonly DirectoryEntry[] };

const WhyForm = ({ query, span, hooks, people }: FormProps) => (
  <FilterFold action="why" label="What to look at" folds={query.hook !== undefined}>
    <ZapSelect hooks={hooks} chosen={query.hook} />
    <TimeFields {...span} />
    <FilterSelect label="Who had or got the task" name="person" chosen={query.person} options={optionsOf(people)} />
    <label>
      Contact
      <input type="search" name="contact" value={query.contact ?? ''} minlength={2} maxlength={320} />
    </label>
    <button type="submit">Find out</button>
  </FilterFold>
);

type Looking = {
  hook: Hook;
  hooks: readonly Hook[];
  span: TimeSpan;
  nowMs: number;
  query: Query;
  scopes: readonly string[];
};

/** Where what the Zap missed in this time can be sent; undefined while it is off. */
const missedHref = ({ hook, hooks, span }: Looking): string | undefined => {
  const live = liveHookOf(hooks, hook);
  return live && hrefOf('send-again', { hook: live.id, ...filtersOfSpan(span), state: 'missed' });
};

const findOut = async (store: TenantStore, looking: Looking): Promise<Findings> => {
  const { hook, hooks, span, nowMs, query, scopes } = looking;
  const names = new Map(hooks.map((one) => [one.id, nameOfZap(one)]));
  const { sinceMs, untilMs } = span;
  const ofZap = hooksOfZap(hooks, hook);
  const readings = await store.readings({ sinceMs, untilMs: Math.min(untilMs, nowMs) });
  const page = await store.events({
    limit: mostEvents,
    sinceMs,
    untilMs,
    person: query.person,
    contact: query.contact,
    types: hook.events ?? [hook.event],
  });
  const events = [];
  for (const { id } of page?.items ?? []) {
    const history = await store.event(id);
    const verdict = history && verdictOfZap(ofZap, history);
    if (history === undefined || verdict === undefined) continue;
    const otherZaps = history.hooks
      .filter(({ hookId, verdict: { kind } }) => kind === 'sent' && !ofZap.some(({ id: own }) => own === hookId))
      .map(({ hookId }) => names.get(hookId) ?? hookId);
    events.push({ event: eventForKey(scopes, history.event), verdict, otherZaps });
  }
  return {
    hook,
    before: ofZap[1],
    sinceMs,
    untilMs,
    readings,
    events,
    hasMore: page?.has_more ?? false,
    missedHref: missedHref(looking),
  };
};

const needContacts = (scopes: readonly string[]): void => {
  requireScope(scopes, 'sequences:read');
  requireScope(scopes, 'contacts:read');
};

type Ports = { authenticate: Authenticate; vault: Vault; clock: () => number };

/** `GET /dashboard/why`: why a Zap did not fire, in five questions. */
export const showWhy =
  ({ authenticate, vault, clock }: Ports): RequestHandler =>
  async (request, response) => {
    const { store, scopes } = await authenticate(request, 'tasks:read');
    const query = parseRequest(Query, request.query);
    if (query.contact !== undefined) needContacts(scopes);
    const nowMs = clock();
    const span = spanOfFilters(query, { nowMs, ...spanRules });
    const hooks = (await store.hooks()).map((hook) => hookView(hook, vault, nowMs));
    const people = await store.people({ limit: mostOffered });
    const hook = query.hook === undefined ? undefined : hooks.find(({ id }) => id === query.hook);
    if (query.hook !== undefined && hook === undefined) {
      throw new HttpError(404, 'not_found', 'This Zap is not known here any more. Choose another one.');
    }
    const findings = hook && (await findOut(store, { hook, hooks, span, nowMs, query, scopes }));
    sendPage(
      response,
      <Layout title="Why did my Zap not fire?" viewer="workspace" current="why">
        {hooks.length === 0 ? (
          <p data-empty>No Zap listens here yet. Turn one on in Zapier, and it appears here.</p>
        ) : (
          <WhyForm query={query} span={span} hooks={hooks} people={people} />
        )}
        {findings !== undefined && (
          <WhyAnswers
            findings={findings}
            canSend={coversScope(scopes, 'tasks:write')}
            back={hrefOf('why', { ...query, ...filtersOfSpan(span) })}
          />
        )}
        <script src={assetUrl('local-times.js')} defer />
      </Layout>,
    );
  };

const SendForm = z.object({ delivery: someId, back: z.string().regex(/^why(\?[\x21-\x7e]{0,1000})?$/) });

/** `POST /dashboard/why`: sends a delivery again, and shows the same answers with what became of that. */
export const sendAgainFromWhy =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:write');
    const { delivery, back } = parseRequest(SendForm, request.body);
    const requeued = await store.retryDelivery(delivery);
    if (requeued.kind !== 'queued') throw requeueRefused(requeued.kind);
    response.redirect(303, back);
  };
