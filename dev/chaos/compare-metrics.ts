import type { Metrics } from './fetch-metrics.ts';
import type { Change, PostRecord } from './ledger.ts';

/** Values that series must have, by how a scrape writes them. */
export type Expected = Readonly<Record<string, number>>;

/** What the ledger knows of the database: one workspace, its hooks, and the deliveries that wait. */
export type Known = { active: number; failing: number; ended: number; waiting: number };

/** What every process must read from the database. */
export const figuresOf = ({ active, failing, ended, waiting }: Known): Expected => ({
  topo_zapier_store_up: 1,
  topo_zapier_workspaces_watched: 1,
  topo_zapier_workspaces_key_refused: 0,
  'topo_zapier_hooks{state="active"}': active,
  'topo_zapier_hooks{state="failing"}': failing,
  'topo_zapier_hooks{state="ended"}': ended,
  topo_zapier_deliveries_waiting: waiting,
});

/** A request of the detector: its status is null when it was cut off. Each poll begins with the first page of what changed. */
export type TopoRequest = { status: number | null; beginsPoll: boolean };

/** What the processes must have counted together, if none was killed. */
export type Counted = {
  changes: readonly Change[];
  posts: readonly PostRecord[];
  topoRequests: readonly TopoRequest[];
};

const kindOf = ({ previous, next }: Change): string => {
  if (previous === null) return 'assigned';
  return next === null ? 'unassigned' : 'reassigned';
};

const answerOf = (status: number | null): keyof typeof pollResults => {
  if (status === 200) return 'answered';
  return status === 429 ? 'limited' : 'failed';
};

const pollResults = { answered: 'ok', limited: 'limited', failed: 'failed' };

export const countersOf = ({ changes, posts, topoRequests }: Counted): Expected => {
  const ofKind = (kind: string) => changes.filter((change) => kindOf(change) === kind).length;
  const accepted = posts.filter(({ isAccepted }) => isAccepted).length;
  const answered = (answer: string) => topoRequests.filter(({ status }) => answerOf(status) === answer);
  return {
    ...Object.fromEntries(
      ['reassigned', 'assigned', 'unassigned'].map((kind) => [
        `topo_zapier_events_detected_total{type="task.reassigned",kind="${kind}"}`,
        ofKind(kind),
      ]),
    ),
    topo_zapier_detection_delay_seconds_count: changes.length,
    'topo_zapier_delivery_attempts_total{status="2xx"}': accepted,
    'topo_zapier_delivery_attempts_total{status="429"}': posts.length - accepted,
    'topo_zapier_delivery_attempts_total{status="5xx"}': 0,
    'topo_zapier_delivery_attempts_total{status="none"}': 0,
    topo_zapier_deliveries_delivered_total: accepted,
    topo_zapier_deliveries_given_up_total: 0,
    ...Object.fromEntries(
      Object.entries(pollResults).flatMap(([answer, result]) => [
        [`topo_zapier_topo_requests_total{answer="${answer}"}`, answered(answer).length],
        [`topo_zapier_polls_total{result="${result}"}`, answered(answer).filter(({ beginsPoll }) => beginsPoll).length],
      ]),
    ),
  };
};

/** A sentence for each series that has another value. */
export const compareMetrics = (metrics: Metrics, expected: Expected): string[] =>
  Object.entries(expected)
    .filter(([series, value]) => metrics.get(series) !== value)
    .map(([series, value]) => `${series} is ${metrics.get(series)}, and ${value} by the ledger.`);
