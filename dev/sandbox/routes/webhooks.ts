import { businessIssue, Issue, notFoundIssue, validationIssue } from '../api-issue.ts';
import { readObject, readUuid } from '../http/read-field.ts';
import type { Call, Route } from '../http/route.ts';
import { drawUuid } from '../random.ts';
import type { Webhook, Workspace } from '../workspace/workspace.ts';

const knownEventTypes: readonly string[] = [
  ...['message.sent', 'message.opened', 'message.link_clicked', 'message.replied', 'invitation.sent'],
  ...['invitation.accepted', 'hot_lead.created', 'meeting.created', 'sequence.created'],
];

const readText = (field: string, value: unknown): string => {
  if (typeof value !== 'string' || value === '') throw validationIssue(field, 'is required');
  return value;
};

/** Https; for tests also http to this machine. */
const readUrl = (value: unknown): string => {
  const text = readText('url', value);
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isSafe = url?.protocol === 'https:' || (url?.protocol === 'http:' && url.hostname === '127.0.0.1');
  if (!isSafe) throw validationIssue('url', 'must be https');
  return text;
};

const readEventTypes = (value: unknown, { unknownEventType }: Workspace['assumptions']): string[] => {
  if (!Array.isArray(value) || value.length === 0) throw validationIssue('event_types', 'is required');
  const eventTypes = value.map((one) => readText('event_types', one));
  const isKnown = eventTypes.every((one) => knownEventTypes.includes(one));
  if (isKnown || unknownEventType === 'allowed') return eventTypes;
  const data = { field: 'event_types', ...(unknownEventType === 'listed' && { allowed: knownEventTypes }) };
  throw new Issue(400, 'ValidationIssue', 'event_types has a value that is unknown.', data);
};

const answerWebhook = ({ id, name, url, eventTypes }: Webhook) => ({
  id,
  name,
  url,
  event_types: eventTypes,
  sequence_template_ids: null,
  status: 'ACTIVE',
});

const findWebhook = ({ workspace, params }: Call): Webhook => {
  const id = readUuid('webhook_id', params['webhook_id']);
  const webhook = workspace.webhooks.get(id);
  if (webhook === undefined) throw notFoundIssue('Webhook', id);
  return webhook;
};

const createWebhook: Route = {
  method: 'post',
  path: '/webhooks',
  scope: 'webhooks:write',
  answer: ({ workspace, body }) => {
    const { name, url, event_types } = readObject(body ?? {});
    const webhook = {
      id: drawUuid(workspace.random),
      name: readText('name', name),
      url: readUrl(url),
      eventTypes: readEventTypes(event_types, workspace.assumptions),
    };
    workspace.webhooks.set(webhook.id, webhook);
    return { ...answerWebhook(webhook), secret: `whsec_${webhook.id}` };
  },
};

/** Delivers a made-up event at once, and answers when the target has. */
const testWebhook: Route = {
  method: 'post',
  path: '/webhooks/:webhook_id/test',
  scope: 'webhooks:write',
  answer: async (call) => {
    const { id, url, eventTypes } = findWebhook(call);
    const headers = Object.fromEntries(call.workspace.assumptions.webhookHeaders.map((name) => [name, id]));
    try {
      const response = await fetch(url, {
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json' },
        body: JSON.stringify({ id, type: eventTypes[0], data: {} }),
      });
      return { status: response.status };
    } catch (error) {
      if (!(error instanceof TypeError)) throw error;
      throw businessIssue(`${new URL(url).host} could not be reached.`);
    }
  },
};

const deleteWebhook: Route = {
  method: 'delete',
  path: '/webhooks/:webhook_id',
  scope: 'webhooks:write',
  answer: (call) => {
    const webhook = findWebhook(call);
    call.workspace.webhooks.delete(webhook.id);
    return answerWebhook(webhook);
  },
};

export const webhooks: readonly Route[] = [createWebhook, testWebhook, deleteWebhook];
