import type { RequestHandler } from 'express';
import * as z from 'zod';
import { DeliveryState } from '../../../contract/delivery.ts';
import { HttpError } from '../../http/errors/http-error.ts';
import { requeueRefused } from '../../http/errors/requeue-refused.ts';
import { parseRequest } from '../../http/validate-request.ts';
import type { OperatorStore } from '../../store/operator-store.ts';
import type { StoredDelivery } from '../../store/tenant-store.ts';
import { Layout } from '../layout.tsx';
import { hrefOf, optional, someId } from '../query.ts';
import { sendPage } from '../send-page.ts';
import { Time } from '../time.tsx';

const states = DeliveryState.options;

const Query = z.object({ hook: someId, state: optional(DeliveryState), before: optional(someId) });
const Form = z.object({ hook: someId, delivery: someId });

const perPage = 50;

/** A delivery that is waiting goes by itself; one that was sent again is another one now. */
const canGoAgain = ({ state, retriedAs }: StoredDelivery): boolean => state !== 'waiting' && retriedAs === null;

const DeliveryRow = ({ hookId, delivery }: { hookId: string; delivery: StoredDelivery }) => (
  <tr>
    <th scope="row">{delivery.id}</th>
    <td>{delivery.state}</td>
    <td>
      {delivery.attempts}
      {delivery.reason !== null && `, ${delivery.reason}`}
    </td>
    <td>
      <Time ms={delivery.createdAtMs} />
    </td>
    <td>
      {canGoAgain(delivery) && (
        <form method="post" action="operator-deliveries">
          <input type="hidden" name="hook" value={hookId} />
          <input type="hidden" name="delivery" value={delivery.id} />
          <button type="submit" class="secondary" aria-label={`Send ${delivery.id} again`}>
            Send again
          </button>
        </form>
      )}
    </td>
  </tr>
);

/** `GET /dashboard/operator-deliveries`: what became of the deliveries of a hook. */
export const showOperatorDeliveries =
  (store: OperatorStore): RequestHandler =>
  async (request, response) => {
    const { hook, state, before } = parseRequest(Query, request.query);
    const isWanted = () => !response.closed;
    const listing = await store.deliveries(hook, { limit: perPage, state, before, isWanted });
    if (listing.kind !== 'page') throw new HttpError(404, 'not_found', 'There is no such hook, or no such delivery.');
    const last = listing.deliveries.at(-1);
    sendPage(
      response,
      <Layout title="Deliveries" viewer="operator">
        <p>
          Of the hook {hook}. <a href="operator-hooks">All hooks</a>
        </p>
        <form method="get" action="operator-deliveries" class="filters">
          <input type="hidden" name="hook" value={hook} />
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
          <button type="submit">Show</button>
        </form>
        {listing.deliveries.length === 0 ? (
          <p>Nothing here. Choose another state.</p>
        ) : (
          <div class="wide">
            <table>
              <thead>
                <tr>
                  <th scope="col">Delivery</th>
                  <th scope="col">State</th>
                  <th scope="col">Attempts</th>
                  <th scope="col">Made</th>
                  <th scope="col">Action</th>
                </tr>
              </thead>
              <tbody>
                {listing.deliveries.map((delivery) => (
                  <DeliveryRow key={delivery.id} hookId={hook} delivery={delivery} />
                ))}
              </tbody>
            </table>
          </div>
        )}
        {listing.hasMore && last !== undefined && (
          <p>
            <a href={hrefOf('operator-deliveries', { hook, state, before: last.id })}>Older ones</a>
          </p>
        )}
      </Layout>,
    );
  };

/** `POST /dashboard/operator-deliveries`: sends one again; 303 to the list. */
export const retryOperatorDelivery =
  (store: OperatorStore): RequestHandler =>
  async (request, response) => {
    const { hook, delivery } = parseRequest(Form, request.body);
    const requeued = await store.retryDelivery(delivery);
    if (requeued.kind !== 'queued') throw requeueRefused(requeued.kind);
    response.redirect(303, hrefOf('operator-deliveries', { hook }));
  };
