import type { Call, CallerName, RouteName } from './command.ts';
import { idOf } from './world.ts';

const ids = /\b(hok|msg|evt|bat|int|cho|whsec|ndg)_[\w+/=-]+/g;

/** The ids and the secrets that a workspace has been answered. */
export class Known {
  readonly #found = new Map<string, string[]>();

  /** Takes what looks like an id or a secret from an answer; what was asked with is no news. */
  note(text: string, asked: string): void {
    for (const [found, prefix = ''] of text.matchAll(ids)) {
      const list = this.#found.get(prefix) ?? [];
      if (!list.includes(found) && !asked.includes(found)) this.#found.set(prefix, [...list, found]);
    }
  }

  /** Names random ids by the order in which they were met, so that two runs can be compared. */
  name(text: string): string {
    return text.replaceAll(ids, (id, prefix: string) => `${prefix}#${this.#found.get(prefix)?.indexOf(id) ?? -1}`);
  }

  pick(prefix: string, index: number): string {
    const list = this.#found.get(prefix) ?? [];
    return list[index % Math.max(1, list.length)] ?? `${prefix}_${'0'.repeat(32)}`;
  }

  all(): string[] {
    return [...this.#found.values()].flat();
  }
}

export type Request = { method: string; path: string; body?: unknown; token?: string };

const person = (by: CallerName, index: number) => ({
  user_id: idOf('user', index % 3),
  name: `Named by ${by}`,
  email: null,
  aliases: [`of-${by}@crm.example`],
});
const settlements = ['done', 'failed'] as const;

type Maker = (call: Call, ids: { of(prefix: string): string; own(prefix: string): string }) => Request;

const makers: Record<RouteName, Maker> = {
  'POST /hooks': ({ variant }) => ({
    method: 'POST',
    path: '/hooks',
    body: {
      // The workspaces share these targets.
      target_url: `https://hooks.zapier.com/hooks/standard/1/zap${variant % 3}/`,
      event: 'task.reassigned',
      once_per: variant > 3 ? 'sequence' : 'task',
    },
  }),
  'GET /hooks': () => ({ method: 'GET', path: '/hooks' }),
  'PATCH /hooks/:hookId': ({ variant }, ids) => ({
    method: 'PATCH',
    path: `/hooks/${ids.of('hok')}`,
    body: { name: `Zap ${variant % 2}` },
  }),
  'DELETE /hooks/:hookId': (_call, ids) => ({ method: 'DELETE', path: `/hooks/${ids.of('hok')}` }),
  // Another's secret would be a right to end that hook; with one's own another's hook cannot be ended.
  'DELETE /hooks/:hookId with a secret': (_call, ids) => ({
    method: 'DELETE',
    path: `/hooks/${ids.of('hok')}`,
    token: ids.own('whsec'),
  }),
  'GET /hooks/:hookId/deliveries': ({ variant }, ids) => {
    const query = ['', '?state=dead', '?state=waiting&limit=2', `?before=${ids.of('msg')}`][variant % 4];
    return { method: 'GET', path: `/hooks/${ids.of('hok')}/deliveries${query}` };
  },
  'GET /deliveries': ({ variant }, ids) => {
    const query = ['', '?state=waiting', `?hook=${ids.of('hok')}`, `?before=${ids.of('msg')}`][variant % 4];
    return { method: 'GET', path: `/deliveries${query}` };
  },
  'GET /deliveries/:deliveryId': (_call, ids) => ({ method: 'GET', path: `/deliveries/${ids.of('msg')}` }),
  'GET /readings': () => ({ method: 'GET', path: '/readings' }),
  'POST /deliveries/:deliveryId/retry': (_call, ids) => ({
    method: 'POST',
    path: `/deliveries/${ids.of('msg')}/retry`,
  }),
  'POST /hooks/:hookId/recover': ({ variant }, ids) => ({
    method: 'POST',
    path: `/hooks/${ids.of('hok')}/recover`,
    body: {
      since: '2026-01-01T00:00:00Z',
      ...[{}, { states: ['missed'] }, { dry_run: true }, { states: ['dead', 'missed'], dry_run: true }][variant % 4],
    },
  }),
  'POST /hooks/:hookId/test': (_call, ids) => ({ method: 'POST', path: `/hooks/${ids.of('hok')}/test` }),
  'GET /events': ({ variant }, ids) => {
    const query = [
      '',
      `?person=${idOf('user', 2)}`,
      `?before=${ids.of('evt')}`,
      `?new_assignee_ids=${idOf('user', 1)}`,
    ];
    return { method: 'GET', path: `/events${query[variant % 4]}` };
  },
  'GET /events/:eventId': (_call, ids) => ({ method: 'GET', path: `/events/${ids.of('evt')}` }),
  'GET /tasks': ({ variant }) => {
    const query = ['', '?limit=1', `?assignee=${idOf('user', 1)}&look=if_empty`, '?statuses=COMPLETED'][variant % 4];
    return { method: 'GET', path: `/tasks${query}` };
  },
  'GET /tasks/counts': () => ({ method: 'GET', path: '/tasks/counts' }),
  'DELETE /workspace': () => ({ method: 'DELETE', path: '/workspace' }),
  'POST /intents': ({ pick, variant }) => {
    const intent = { task_id: idOf('task', pick % 3), assignee_user_id: idOf('user', variant % 3) };
    return {
      method: 'POST',
      path: '/intents',
      body: variant > 2 ? [intent, { ...intent, scope: 'SEQUENCE' }] : intent,
    };
  },
  'PATCH /intents': ({ variant }, ids) => ({
    method: 'PATCH',
    path: '/intents',
    body: [ids.of('int'), ids.own('int')].map((id) => ({ id, state: settlements[variant % 2] })),
  }),
  'PATCH /intents/:intentId': ({ variant }, ids) => ({
    method: 'PATCH',
    path: `/intents/${ids.of('int')}`,
    body: { state: settlements[variant % 2] },
  }),
  'POST /choices': ({ pick, variant }) => ({
    method: 'POST',
    path: '/choices',
    body: {
      task_id: idOf('task', pick % 3),
      // Both workspaces have people of these ids, who take turns in each by itself.
      candidates: [0, 1, 2].map((index) => idOf('user', index)),
      how: variant % 3 === 2 ? 'fewest' : 'turn',
      preview: variant === 1,
    },
  }),
  'PATCH /choices/:choiceId': ({ variant }, ids) => ({
    method: 'PATCH',
    path: `/choices/${ids.of('cho')}`,
    body: { state: settlements[variant % 2] },
  }),
  'POST /nudges': () => ({ method: 'POST', path: '/nudges' }),
  'GET /nudge-address': () => ({ method: 'GET', path: '/nudge-address' }),
  'POST /nudge-address': () => ({ method: 'POST', path: '/nudge-address' }),
  'DELETE /nudge-address': () => ({ method: 'DELETE', path: '/nudge-address' }),
  // Another's address would be a right to nudge that workspace.
  'POST /nudges/:token': (_call, ids) => ({ method: 'POST', path: `/nudges/${ids.own('ndg')}` }),
  'GET /people': () => ({ method: 'GET', path: '/people' }),
  'PUT /people/:user_id': ({ by, pick }) => {
    const { user_id, ...names } = person(by, pick);
    return { method: 'PUT', path: `/people/${user_id}`, body: names };
  },
  'DELETE /people/:user_id': ({ by, pick }) => ({ method: 'DELETE', path: `/people/${person(by, pick).user_id}` }),
  'POST /people/import': ({ by, pick }) => ({ method: 'POST', path: '/people/import', body: [person(by, pick)] }),
};

/** The call as a request. */
export const requestOf = (call: Call, own: Known, other: Known): Request => {
  const known = { own, other, unknown: new Known() }[call.whose];
  return makers[call.route](call, {
    of: (prefix) => known.pick(prefix, call.pick),
    own: (prefix) => own.pick(prefix, call.variant),
  });
};
