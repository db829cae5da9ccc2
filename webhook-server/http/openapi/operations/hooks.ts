import { Delivery, Recovered, RecoverRequest } from '../../../../contract/delivery.ts';
import { Hook, HookChange, HookPage, Subscribed, SubscribeRequest } from '../../../../contract/hook.ts';
import { Query as HookQuery } from '../../routes/list-hooks.ts';
import { hookExample } from '../examples.ts';
import type { Operation } from '../operation.ts';
import { pageParameters } from '../parameters.ts';

const noHook = 'The workspace has no such hook, or it has ended.';

export const hookOperations: readonly Operation[] = [
  {
    id: 'subscribe',
    method: 'post',
    path: '/hooks',
    tag: 'Hooks',
    summary: 'Subscribe a URL to events',
    description:
      'From the first look at Topo on, every change is sent to the URL. The secret signs what is sent. `event` says the same as `events` with one.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    body: {
      shape: SubscribeRequest,
      example: {
        target_url: 'https://hooks.zapier.com/hooks/standard/1/example/',
        events: ['task.reassigned'],
        filters: { task_types: ['CALL'] },
      },
    },
    answers: {
      200: { description: 'The same URL was subscribed before, and keeps its hook.', shape: Subscribed },
      201: {
        description: 'The hook, and its secret, which is shown only here.',
        shape: Subscribed,
        example: { ...hookExample, secret: 'whsec_ZXhhbXBsZSBvbmx5LCBub3QgYSBzZWNyZXQgYXQgYWxs' },
      },
    },
    errors: {
      400: 'The URL is not allowed as a target, or something else of the request is not usable; `field` names it.',
    },
  },
  {
    id: 'listHooks',
    method: 'get',
    path: '/hooks',
    tag: 'Hooks',
    summary: 'List hooks',
    description:
      'Newest first: one page, or all of them without `limit` and `before`. `unusable_tasks` counts tasks of the workspace that Topo returns malformed, whose changes cannot be seen; `missing_scopes` are those that the key of the Zap lacked, so that its events do not say what tasks are about.',
    access: { kind: 'key', scopes: ['tasks:read'] },
    query: HookQuery,
    parameters: pageParameters,
    answers: {
      200: {
        description: 'Hooks; `has_more` comes with a page only.',
        shape: HookPage.partial({ has_more: true }),
        example: { items: [hookExample], has_more: false },
      },
    },
  },
  {
    id: 'nameHook',
    method: 'patch',
    path: '/hooks/{hook_id}',
    tag: 'Hooks',
    summary: 'Name a hook',
    description: 'Null removes the name. A new hook with the name of one that has ended takes over its history.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: { shape: HookChange, example: { name: 'Calls to Slack' } },
    answers: { 200: { description: 'The hook.', shape: Hook, example: { ...hookExample, name: 'Calls to Slack' } } },
    errors: { 404: noHook },
  },
  {
    id: 'unsubscribe',
    method: 'delete',
    path: '/hooks/{hook_id}',
    tag: 'Hooks',
    summary: 'End a hook',
    access: { kind: 'key or secret', scopes: ['tasks:read'] },
    answers: { 204: { description: 'There is no such hook any more, or there never was.' } },
  },
  {
    id: 'testHook',
    method: 'post',
    path: '/hooks/{hook_id}/test',
    tag: 'Hooks',
    summary: 'Send an invented event',
    description: 'It is one that the filters of the hook let through.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    answers: { 202: { description: 'The delivery that is on its way.', shape: Delivery } },
    errors: { 404: noHook, 409: 'The hook has ended.' },
  },
  {
    id: 'recoverHook',
    method: 'post',
    path: '/hooks/{hook_id}/recover',
    tag: 'Hooks',
    summary: 'Send what was not delivered',
    description:
      'What was given up or dropped since a time waits again, as new deliveries; with the state `missed` also what ' +
      'happened while the Zap was off. With `dry_run` it is counted only.',
    access: { kind: 'key', scopes: ['tasks:write'] },
    body: { shape: RecoverRequest, example: { since: '2026-03-02T09:00:00Z' } },
    answers: {
      200: { description: 'How many would wait, after a `dry_run`.', shape: Recovered, example: { recovered: 3 } },
      202: { description: 'How many wait now.', shape: Recovered, example: { recovered: 3 } },
    },
    errors: { 404: noHook, 409: 'The hook has ended.' },
  },
];
