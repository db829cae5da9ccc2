import fc from 'fast-check';

/** Who calls: two workspaces with several keys, and whoever belongs to none. */
export const callers = ['north', 'northReader', 'northScopeless', 'south', 'outsider', 'nobody'] as const;
export type CallerName = (typeof callers)[number];

/** Every route that answers callers, and how it is called here. */
export const routeNames = [
  'POST /hooks',
  'GET /hooks',
  'PATCH /hooks/:hookId',
  'DELETE /hooks/:hookId',
  'DELETE /hooks/:hookId with a secret',
  'GET /hooks/:hookId/deliveries',
  'GET /deliveries',
  'GET /deliveries/:deliveryId',
  'GET /readings',
  'POST /deliveries/:deliveryId/retry',
  'POST /hooks/:hookId/recover',
  'POST /hooks/:hookId/test',
  'GET /events',
  'GET /events/:eventId',
  'GET /tasks',
  'GET /tasks/counts',
  'DELETE /workspace',
  'POST /intents',
  'PATCH /intents',
  'PATCH /intents/:intentId',
  'POST /choices',
  'PATCH /choices/:choiceId',
  'POST /nudges',
  'GET /nudge-address',
  'POST /nudge-address',
  'DELETE /nudge-address',
  'POST /nudges/:token',
  'GET /people',
  'PUT /people/:user_id',
  'DELETE /people/:user_id',
  'POST /people/import',
] as const;
export type RouteName = (typeof routeNames)[number];

/** Whose ids are called with: the caller's own workspace's, the other's, or ids that never were. */
type Whose = 'own' | 'other' | 'unknown';

export type Call = { kind: 'call'; by: CallerName; route: RouteName; whose: Whose; pick: number; variant: number };

/** What happens around the callers: tasks change hands, and what waits is delivered or is not. */
export type Command =
  | Call
  | { kind: 'scan'; to: number }
  | { kind: 'deliver'; outcome: 'delivered' | 'gone' | 'dead' | 'retry' };

const call: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('call' as const),
  by: fc.constantFrom(...callers, 'north' as const, 'south' as const, 'south' as const),
  // What makes rows comes more often than what looks at them.
  route: fc.constantFrom(
    ...routeNames,
    'POST /hooks' as const,
    'POST /hooks' as const,
    'POST /hooks/:hookId/test' as const,
  ),
  whose: fc.constantFrom<Whose>('own', 'own', 'own', 'other', 'other', 'unknown'),
  pick: fc.nat({ max: 20 }),
  variant: fc.nat({ max: 5 }),
});

const scan: fc.Arbitrary<Command> = fc.record({ kind: fc.constant('scan' as const), to: fc.nat({ max: 3 }) });

const deliver: fc.Arbitrary<Command> = fc.record({
  kind: fc.constant('deliver' as const),
  outcome: fc.constantFrom('delivered' as const, 'dead' as const, 'dead' as const, 'retry' as const, 'gone' as const),
});

/** Begins with what makes both workspaces have something to hide, and ends with a look at it. */
export const commands: fc.Arbitrary<Command[]> = fc
  .array(fc.oneof({ weight: 8, arbitrary: call }, { weight: 1, arbitrary: scan }, { weight: 1, arbitrary: deliver }), {
    minLength: 20,
    maxLength: 45,
  })
  .map((drawn) => {
    const first = (by: CallerName, route: RouteName): Command => ({
      kind: 'call',
      by,
      route,
      whose: 'own',
      pick: 0,
      variant: 0,
    });
    const opening: Command[] = [
      first('north', 'DELETE /workspace'),
      first('north', 'POST /hooks'),
      first('south', 'POST /hooks'),
      { kind: 'scan', to: 0 },
      { kind: 'scan', to: 1 },
      first('north', 'GET /events'),
      first('south', 'GET /events'),
      first('north', 'POST /hooks/:hookId/test'),
      first('south', 'POST /hooks/:hookId/test'),
      { kind: 'deliver', outcome: 'dead' },
      first('south', 'POST /deliveries/:deliveryId/retry'),
      first('south', 'POST /hooks/:hookId/recover'),
      first('south', 'PATCH /hooks/:hookId'),
      first('north', 'GET /tasks'),
      first('north', 'POST /intents'),
      first('north', 'PATCH /intents/:intentId'),
      first('north', 'PATCH /intents'),
      first('north', 'POST /choices'),
      first('south', 'POST /choices'),
      first('south', 'PATCH /choices/:choiceId'),
      first('north', 'POST /nudge-address'),
      first('south', 'POST /nudge-address'),
      first('north', 'GET /nudge-address'),
      first('south', 'DELETE /nudge-address'),
    ];
    // In the end both look at everything.
    const looks = (
      [
        'GET /hooks',
        'GET /events',
        'GET /events/:eventId',
        'GET /people',
        'GET /hooks/:hookId/deliveries',
        'GET /deliveries',
        'GET /deliveries/:deliveryId',
        'GET /readings',
      ] as const
    ).flatMap((route) => [first('north', route), first('south', route)]);
    return [...opening, ...drawn, first('south', 'DELETE /hooks/:hookId with a secret'), ...looks];
  });
