import { Gauge, type Registry } from 'prom-client';
import type { Figures } from '../store/work-store.ts';
import { prefix } from './prefix.ts';

export type FiguresPorts = {
  registry: Registry;
  figures: () => Promise<Figures>;
  /** Resolves after so many milliseconds. */
  wait: (ms: number) => Promise<unknown>;
  /** Milliseconds, from any start; never goes back. */
  monotonicClock: () => number;
};

/** Ask the database at most this often, whoever scrapes. */
const askAgainMs = 5_000;

/** A scrape waits no longer than this for the database: less than Prometheus waits for a scrape. */
const patienceMs = 2_000;

const createGauges = (registry: Registry) => {
  const registers = [registry];
  const gauge = (name: string, help: string) => new Gauge({ name: `${prefix}${name}`, help, registers });
  const hooks = new Gauge({
    name: `${prefix}hooks`,
    help: 'Hooks by state: active, failing (the last attempt failed), ended and still kept.',
    labelNames: ['state'],
    registers,
  });
  const workspaces = gauge('workspaces_watched', 'Workspaces that are watched.');
  const refused = gauge('workspaces_key_refused', 'Watched workspaces whose key Topo refuses.');
  const reading = gauge(
    'oldest_reading_age_seconds',
    'How long ago the last complete look at a workspace began, where that is longest.',
  );
  const waiting = gauge('deliveries_waiting', 'Deliveries that wait to be sent.');
  const oldest = gauge('oldest_waiting_delivery_age_seconds', 'How long the oldest delivery that waits has waited.');
  const failing = gauge('longest_failing_hook_seconds', 'For how long the hook that fails longest has failed.');
  const single = [workspaces, refused, reading, waiting, oldest, failing];

  return {
    show(figures: Figures): void {
      for (const [state, count] of Object.entries(figures.hooks)) hooks.set({ state }, count);
      workspaces.set(figures.watchedWorkspaces);
      refused.set(figures.refusedKeys);
      reading.set(figures.oldestReadingMs / 1000);
      waiting.set(figures.waitingDeliveries);
      oldest.set(figures.oldestWaitingMs / 1000);
      failing.set(figures.longestFailingMs / 1000);
    },
    hide(): void {
      hooks.reset();
      for (const gauge of single) gauge.remove();
    },
  };
};

/**
 * Gauges that are read from the database, so that every process shows the same. Returns what brings them up to date:
 * with a database that does not answer they are left out, and `store_up` is 0.
 */
export const showFigures = ({ registry, figures, wait, monotonicClock }: FiguresPorts): (() => Promise<void>) => {
  const gauges = createGauges(registry);
  const up = new Gauge({
    name: `${prefix}store_up`,
    help: '1 while the database answers; without it the gauges that are read from it are left out.',
    registers: [registry],
  });
  let askedAt = Number.NEGATIVE_INFINITY;
  let asking: Promise<'answered'> | undefined;

  const show = (figures: Figures): void => {
    gauges.show(figures);
    up.set(1);
  };
  const hide = (): void => {
    gauges.hide();
    up.set(0);
  };
  const ask = async (): Promise<'answered'> => {
    await figures().then(show, hide);
    asking = undefined;
    return 'answered';
  };

  hide();
  return async () => {
    if (asking === undefined && monotonicClock() - askedAt >= askAgainMs) {
      askedAt = monotonicClock();
      asking = ask();
    }
    if (asking !== undefined && (await Promise.race([asking, wait(patienceMs)])) !== 'answered') hide();
  };
};
