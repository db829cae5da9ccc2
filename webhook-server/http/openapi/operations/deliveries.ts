import { Delivery, DeliveryPage } from '../../../../contract/delivery.ts';
import { Query as DeliveryQuery } from '../../routes/list-deliveries.ts';
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
    description: 'Newest first. It shows neither the URL nor anything of what the URL answered.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: DeliveryQuery,
    parameters: { ...pageParameters, state: 'Only deliveries in this state.' },
    answers: {
      200: { description: 'A page.', shape: DeliveryPage, example: { items: [deliveryExample], has_more: false } },
    },
    errors: { 404: 'The workspace has no such hook.' },
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
