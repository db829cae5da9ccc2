import { expect, test } from '@jest/globals';
import { compareMetrics, countersOf, figuresOf } from '../../../dev/chaos/compare-metrics.ts';
import { addUp } from '../../../dev/chaos/fetch-metrics.ts';

const change = (previous: string | null, next: string | null) => ({ taskId: 'one', previous, next, updatedAt: '' });
const post = (isAccepted: boolean) => ({ hook: 'a', webhookId: 'msg_1', eventId: 'evt_1', isAccepted });

const counted = countersOf({
  changes: [change('ada', 'grace'), change('grace', 'ada'), change(null, 'ada'), change('ada', null)],
  posts: [post(true), post(true), post(false)],
  topoRequests: [
    ...[200, 429, 500, null].map((status) => ({ status, beginsPoll: true })),
    { status: 200, beginsPoll: false },
  ],
});

test('what processes have counted together is what happened', () => {
  const halves = [0.5, 0.5].map(
    (part) => new Map(Object.entries(counted).map(([series, value]) => [series, value * part])),
  );
  expect(compareMetrics(addUp(halves), counted)).toEqual([]);
  expect(counted).toMatchObject({
    'topo_zapier_events_detected_total{type="task.reassigned",kind="reassigned"}': 2,
    'topo_zapier_events_detected_total{type="task.reassigned",kind="assigned"}': 1,
    'topo_zapier_events_detected_total{type="task.reassigned",kind="unassigned"}': 1,
    'topo_zapier_delivery_attempts_total{status="2xx"}': 2,
    'topo_zapier_delivery_attempts_total{status="429"}': 1,
    topo_zapier_deliveries_delivered_total: 2,
    'topo_zapier_topo_requests_total{answer="answered"}': 2,
    'topo_zapier_topo_requests_total{answer="limited"}': 1,
    'topo_zapier_topo_requests_total{answer="failed"}': 2,
    'topo_zapier_polls_total{result="ok"}': 1,
    'topo_zapier_polls_total{result="limited"}': 1,
    'topo_zapier_polls_total{result="failed"}': 2,
  });
});

test('each series that differs is named, and one that is missing', () => {
  const figures = figuresOf({ active: 1, failing: 1, ended: 0, waiting: 5 });
  const shown = new Map(Object.entries(figures));
  expect(compareMetrics(shown, figures)).toEqual([]);
  shown.set('topo_zapier_deliveries_waiting', 4);
  shown.delete('topo_zapier_hooks{state="ended"}');
  expect(compareMetrics(shown, figures)).toEqual([
    'topo_zapier_hooks{state="ended"} is undefined, and 0 by the ledger.',
    'topo_zapier_deliveries_waiting is 4, and 5 by the ledger.',
  ]);
});
