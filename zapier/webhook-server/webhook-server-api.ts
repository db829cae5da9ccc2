import type { ZObject } from 'zapier-platform-core';
import { Choice, type ChoiceRequest } from '../../contract/choice.ts';
import { ErrorBody } from '../../contract/error-body.ts';
import { EventPage, type EventType } from '../../contract/event.ts';
import type { HookFilters, SubscribeRequest } from '../../contract/hook.ts';
import { type DirectoryEntry, PersonList } from '../../contract/person.ts';
import { TaskCounts, TaskListPage } from '../../contract/task-list.ts';
import { webhookServerUrl } from '../environment.ts';
import { invalidFieldsOf } from '../request/invalid-fields.ts';
import { defaultTimeoutMs, type OutgoingRequest, type RequestOutcome, sendRequest } from '../request/send-request.ts';
import { failed } from '../zapier-error.ts';
import { Subscription } from './subscription.ts';
import { webhookServerError } from './webhook-server-error.ts';

type Answered = Extract<RequestOutcome, { kind: 'answered' }>;

const baseUrl = (): string => {
  const url = webhookServerUrl();
  if (url !== undefined) return url;
  throw failed(
    'This trigger needs the webhook server of this integration, and its address is not known. The owner of the ' +
      'integration must set WEBHOOK_SERVER_URL. “Reassign Task” and “Hand Over Tasks” work without it.',
    'no_webhook_server',
  );
};

type Request = Omit<OutgoingRequest, 'url' | 'timeoutMs'> & { timeoutMs?: number };

const send = async (z: ZObject, path: string, request: Request): Promise<Answered> => {
  const sent = await sendRequest(z, { timeoutMs: defaultTimeoutMs, ...request, url: `${baseUrl()}/${path}` });
  if (sent.kind !== 'answered') throw webhookServerError(sent);
  return sent;
};

const isSuccess = ({ status }: Answered): boolean => status >= 200 && status < 300;

/** The part of zod's schemas that is needed here; zod itself is imported only where shapes are defined. */
type Shape<Body> = { safeParse(body: unknown): { success: true; data: Body } | { success: false; error: Invalid } };
type Invalid = Parameters<typeof invalidFieldsOf>[0];

const read = <Body>(shape: Shape<Body>, sent: Answered): Body => {
  if (!isSuccess(sent)) throw webhookServerError({ ...sent, kind: 'refused' });
  const parsed = shape.safeParse(sent.body);
  if (parsed.success) return parsed.data;
  throw webhookServerError({ kind: 'invalid response', invalidFields: invalidFieldsOf(parsed.error) });
};

/** `POST /hooks`: from now on events go to `target_url`. Subscribing the same target again returns the same hook. */
export const subscribe = async (z: ZObject, request: SubscribeRequest): Promise<Subscription> => {
  const post = (json: SubscribeRequest) => send(z, 'hooks', { method: 'POST', json });
  const sent = await post(request);
  const isZapUnknown = sent.status === 400 && ErrorBody.safeParse(sent.body).data?.error.field === 'zap_id';
  if (!isZapUnknown) return read(Subscription, sent);
  // A server of an earlier version does not know Zaps.
  const { zap_id: _unknown, ...known } = request;
  return read(Subscription, await post(known));
};

/** A hook that no longer exists is unsubscribed; a secret that fits no hook (401) means the same. */
const isGone = (sent: Answered): boolean => isSuccess(sent) || [401, 404, 410].includes(sent.status);

/** `DELETE /hooks/:id`, with the hook's own secret, so that a Zap can be turned off after its API key was deleted. */
export const unsubscribe = async (z: ZObject, { id, secret }: Subscription): Promise<void> => {
  const headers = { Authorization: `Bearer ${secret}` };
  const sent = await send(z, `hooks/${encodeURIComponent(id)}`, { method: 'DELETE', headers });
  if (!isGone(sent)) throw webhookServerError({ ...sent, kind: 'refused' });
};

/** `GET /people`: everybody in the directory of the workspace, people with names first. */
export const listPeople = async (z: ZObject, timeoutMs: number): Promise<DirectoryEntry[]> => {
  const sent = await send(z, 'people', { method: 'GET', timeoutMs });
  return read(PersonList, sent).items;
};

/** `GET /events`: the events that a hook with these filters would have received, newest first. */
export const listEvents = async (
  z: ZObject,
  limit: number,
  { events, filters }: { events: readonly EventType[]; filters: HookFilters },
  timeoutMs: number,
): Promise<EventPage> => {
  const query = new URLSearchParams({ limit: String(limit) });
  // A server of an earlier version knows of nothing else, and refuses to be asked.
  const types = events.some((type) => type !== 'task.reassigned') ? { events } : {};
  for (const [name, wanted] of Object.entries({ ...types, ...filters }))
    for (const one of wanted ?? []) query.append(name, one);
  return read(EventPage, await send(z, `events?${query}`, { method: 'GET', timeoutMs }));
};

/** The parameters of `GET /tasks`, each with all of its values. */
export type TaskListQuery = Readonly<Record<string, readonly string[] | undefined>>;

/** A parameter that has one value, or is left out. */
export const oneOrNone = (value: string | undefined): readonly string[] | undefined =>
  value === undefined ? value : [value];

/** `GET /tasks`: tasks as the server knows them, newest first, with what they are about. */
export const listKnownTasks = async (z: ZObject, wanted: TaskListQuery, timeoutMs: number): Promise<TaskListPage> => {
  const query = new URLSearchParams(
    Object.entries(wanted).flatMap(([name, values = []]) => values.map((value): [string, string] => [name, value])),
  );
  return read(TaskListPage, await send(z, `tasks?${query}`, { method: 'GET', timeoutMs }));
};

/** `GET /tasks/counts`: how many open tasks each person has, as the server knows it. */
export const countKnownTasks = async (z: ZObject, timeoutMs: number): Promise<TaskCounts> =>
  read(TaskCounts, await send(z, 'tasks/counts', { method: 'GET', timeoutMs }));

/** `POST /choices`: who of several people is to get a task. */
export const choosePerson = async (z: ZObject, request: ChoiceRequest, timeoutMs: number): Promise<Choice> =>
  read(Choice, await send(z, 'choices', { method: 'POST', json: request, timeoutMs }));
