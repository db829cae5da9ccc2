import type { RequestHandler } from 'express';
import * as z from 'zod';
import { eventForKey } from '../../../contract/event-for-key.ts';
import type { Hook } from '../../../contract/hook.ts';
import type { DirectoryEntry } from '../../../contract/person.ts';
import { userId } from '../../../contract/uuid.ts';
import { type Authenticate, requireScope } from '../../http/authentication/authenticate.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { hookView } from '../../http/views/hook-view.ts';
import type { Vault } from '../../secrets/vault.ts';
import type { TenantStore } from '../../store/tenant-store.ts';
import { FilterSelect, optionsOf } from '../event-filters.tsx';
import { hookName } from '../hook-name.ts';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { type Findings, WhyAnswers } from '../why-answers.tsx';

const hourMs = 3_600_000;

/** How far back to look, in hours. */
const spans = {
  '1': 'the last hour',
  '24': 'the last day',
  '72': 'the last three days',
  '168': 'the last week',
} as const;
type Span = keyof typeof spans;

const Query = z.object({
  hook: optional(someId),
  hours: optional(z.enum(['1', '24', '72', '168'])),
  person: optional(userId),
  contact: optional(z.string().trim().min(2).max(320)),
});
type Query = z.output<typeof Query>;

const mostEvents = 10;
const mostOffered = 200;

type FormProps = { query: Query; hooks: readonly Hook[]; people: readonly DirectoryEntry[] };

const WhyForm = ({ query, hooks, people }: FormProps) => (
  <form method="get" action="why" class="filters" aria-label="What to look at">
    <label>
      Zap
      <select name="hook" required>
        {hooks.map((hook) => (
          <option key={hook.id} value={hook.id} selected={hook.id === query.hook}>
            {hookName(hook)}
          </option>
        ))}
      </select>
    </label>
    <label>
      When
      <select name="hours">
        {Object.entries(spans).map(([hours, text]) => (
          <option key={hours} value={hours} selected={hours === (query.hours ?? '24')}>
            {text}
          </option>
        ))}
      </select>
    </label>
    <FilterSelect label="Who had or got the task" name="person" chosen={query.person} options={optionsOf(people)} />
    <label>
      Contact
      <input type="search" name="contact" value={query.contact ?? ''} minlength={2} maxlength={320} />
    </label>
    <button type="submit">Find out</button>
  </form>
);

type Looking = { hook: Hook; hours: Span; nowMs: number; query: Query; scopes: readonly string[] };

const findOut = async (store: TenantStore, { hook, hours, nowMs, query, scopes }: Looking): Promise<Findings> => {
  const sinceMs = nowMs - Number(hours) * hourMs;
  const readings = await store.readings({ sinceMs, untilMs: nowMs });
  const page = await store.events({
    limit: mostEvents,
    sinceMs,
    person: query.person,
    contact: query.contact,
    types: hook.events ?? [hook.event],
  });
  const events = [];
  for (const { id } of page?.items ?? []) {
    const history = await store.event(id);
    const verdict = history?.hooks.find(({ hookId }) => hookId === hook.id)?.verdict;
    if (history === undefined || verdict === undefined) continue;
    const otherZaps = history.hooks.filter((one) => one.hookId !== hook.id && one.verdict.kind === 'sent').length;
    events.push({ event: eventForKey(scopes, history.event), verdict, otherZaps });
  }
  return { hook, sinceMs, nowMs, readings, events, hasMore: page?.has_more ?? false };
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
    const hooks = (await store.hooks()).map((hook) => hookView(hook, vault, nowMs));
    const people = await store.people({ limit: mostOffered });
    const hook = query.hook === undefined ? undefined : hooks.find(({ id }) => id === query.hook);
    if (query.hook !== undefined && hook === undefined) {
      throw new HttpError(404, 'not_found', 'This Zap is not known here any more. Choose another one.');
    }
    const hours = query.hours ?? '24';
    const findings = hook && (await findOut(store, { hook, hours, nowMs, query, scopes }));
    sendPage(
      response,
      <Layout title="Why did my Zap not fire?" viewer="workspace" current="why">
        {hooks.length === 0 ? (
          <p data-empty>No Zap listens here yet. Turn one on in Zapier, and it appears here.</p>
        ) : (
          <WhyForm query={query} hooks={hooks} people={people} />
        )}
        {findings !== undefined && (
          <WhyAnswers
            findings={findings}
            canSend={scopes.includes('tasks:write')}
            back={hrefOf('why', { ...query, hours })}
          />
        )}
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
    switch (requeued.kind) {
      case 'queued':
        response.redirect(303, back);
        break;
      case 'unknown':
        throw new HttpError(404, 'not_found', 'This delivery is not kept any more.');
      case 'still waiting':
        throw new HttpError(409, 'conflict', 'It is still waiting, and is going to be sent by itself.');
      case 'hook ended':
        throw new HttpError(
          409,
          'conflict',
          'This Zap has been turned off. Turn it on in Zapier, and send it from there.',
        );
      default:
        requeued satisfies never;
    }
  };
