import { startReceiver } from './receiver.ts';
import { subscribed } from './small-webhook-server.ts';

const fieldsOfHook = ['target_url', 'event', 'filters', 'once_per'];

const notUsable = { field: 'event', message: '“event” is not usable. Invalid input: expected "task.reassigned".' };
const notKnown = (field: string) => ({
  field,
  message: `“${field}” is not a known field. Check its spelling, or leave it out.`,
});

/** What version 0.1.0 has against a hook: it knows one event, and no field that came later. */
const faultOf = (body: Record<string, unknown>) => {
  if (body['event'] !== 'task.reassigned') return notUsable;
  const [unknown] = Object.keys(body).filter((name) => !fieldsOfHook.includes(name));
  return unknown === undefined ? undefined : notKnown(unknown);
};

/** A webhook server that answers the app as version 0.1.0 does, which tells of reassignments alone. */
export const startOlderWebhookServer = () =>
  startReceiver((response, { method, path, body }) => {
    const answer = (status: number, json: unknown) =>
      response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(json));
    const refuse = (fault: { field: string; message: string }) =>
      answer(400, { error: { code: 'invalid_request', ...fault, request_id: 'req_1' } });
    if (method === 'POST' && path === '/hooks') {
      const fault = faultOf(JSON.parse(body));
      return fault === undefined ? answer(201, subscribed) : refuse(fault);
    }
    if (path.includes('events=')) return refuse(notKnown('events'));
    return answer(200, { items: [], has_more: false });
  });
