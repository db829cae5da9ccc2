import { collectDefaultMetrics, Gauge, Registry } from 'prom-client';
import { countWork, type WorkCounts } from './count-work.ts';
import { prefix } from './prefix.ts';
import { type FiguresPorts, showFigures } from './show-figures.ts';

/** All metrics as text, and its type. */
export type Scrape = { contentType: string; text: string };

export type Metrics = {
  /** What the parts of the server report to. */
  counts: WorkCounts;
  /** Takes no longer than some seconds, also when the database does not answer. */
  scrape(): Promise<Scrape>;
};

export type MetricsPorts = Omit<FiguresPorts, 'registry'> & {
  build: { version: string; store: 'sqlite' | 'postgres' };
  /** Whether each loop runs, by its name. */
  loops: () => Record<string, boolean>;
};

/** The metrics of this process in the format of Prometheus, with what Node tells of itself. */
export const createMetrics = ({ build, loops, ...figuresPorts }: MetricsPorts): Metrics => {
  const registry = new Registry();
  const registers = [registry];
  collectDefaultMetrics({ register: registry, prefix });
  const labelNames = ['version', 'store'];
  new Gauge({ name: `${prefix}build_info`, help: 'What runs here.', labelNames, registers }).set(build, 1);
  const loopUp = new Gauge({
    name: `${prefix}loop_up`,
    help: '1 while the loop goes round, 0 when it stands still.',
    labelNames: ['loop'],
    registers,
  });
  const counts = countWork(registry);
  const updateFigures = showFigures({ registry, ...figuresPorts });

  return {
    counts,
    async scrape() {
      for (const [loop, isUp] of Object.entries(loops())) loopUp.set({ loop }, isUp ? 1 : 0);
      await updateFigures();
      return { contentType: registry.contentType, text: await registry.metrics() };
    },
  };
};
