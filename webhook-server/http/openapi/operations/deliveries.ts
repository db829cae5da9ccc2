import { Delivery, DeliveryHistory, DeliveryPage } from '../../../../contract/delivery.ts';
import { Query as DeliveryQuery } from '../../routes/list-deliveries.ts';
import { Query as SearchQuery } from '../../routes/search-deliveries.ts';
import { deliveryExample } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { pageParameters } from '../parameters.ts';

export const deliveryOperations: readonly Operation[] = [
  {
    id: 'listDeliveriesOfHook',
    method: 'get',
    path: '/hooks/{hook_id}/deliveries',
    tag: 'Deliveries',
    summary: 'List what was sent to a hook',
    description:
      'Newest first. It shows neither the URL nor anything of what the URL answered. `reason` says why it was not delivered, for example that the template stayed unknown for 5 minutes.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: DeliveryQuery,
    parameters: { ...pageParameters, state: 'Only deliveries in this state.' },
    answers: {
      200: { description: 'A page.', shape: DeliveryPage, example: { items: [deliveryExample], has_more: false } },
    },
    errors: { 404: 'The workspace has no such hook.' },
  },
  {
    id: 'searchDeliveries',
    method: 'get',
    path: '/deliveries',
    tag: 'Deliveries',
    summary: 'Find deliveries of all hooks',
    description: 'Newest first.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: SearchQuery,
    parameters: {
      ...pageParameters,
      since: 'Deliveries that were made at this time or later.',
      until: 'Deliveries that were made before this time.',
      state: 'Only deliveries in this state.',
      hook: 'Only deliveries to this hook.',
      status: 'Only deliveries whose last answer had this status.',
    },
    answers: {
      200: { description: 'A page.', shape: DeliveryPage, example: { items: [deliveryExample], has_more: false } },
    },
  },
  {
    id: 'showDelivery',
    method: 'get',
    path: '/deliveries/{delivery_id}',
    tag: 'Deliveries',
    summary: 'Show a delivery with its attempts',
    access: { kind: 'key', scopes: ['tasks:read'] },
    answers: { 200: { description: 'The delivery.', shape: DeliveryHistory } },
    errors: { 404: 'There is no such delivery. Old ones are removed after some weeks.' },
  },
  {
    id: 'retryDelivery',
    method: 'post',
    path: '/deliveries/{delivery_id}/retry',
    tag: 'Deliveries',
    summary: 'Send a delivery again',
    description: 'It is sent as a new delivery with a new id, so the Zap runs again.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: {
      202: { description: 'The new delivery.', shape: Delivery, example: { ...deliveryExample, manual: true } },
    },
    errors: {
      404: 'There is no such delivery. Old ones are removed after some weeks.',
      409: 'The delivery is still waiting, or its hook has ended.',
    },
  },
];
