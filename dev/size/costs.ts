import type { Figure } from '../bench/harness/figure.ts';

/** What the work of one process costs, as `npm run bench` measured it. */
export type Costs = {
  /** Processor time of a poll that finds nothing new, in milliseconds. */
  pollMs: number;
  /** Processor time of a change: found, stored, and told to one Zap. */
  changeMs: number;
  /** Processor time of a further delivery of the same change. */
  deliveryMs: number;
  /** How long a connection of PostgreSQL is busy for each, in milliseconds; 0 with SQLite, whose work is the process's own. */
  databaseMs: { poll: number; change: number };
};

export type StoreName = 'SQLite' | 'PostgreSQL';

/** @throws Error when no figure, or more than one, has such a name. */
const figureOf = (figures: readonly Figure[], name: RegExp, unit?: string): number => {
  const found = figures.filter(({ figure, unit: its }) => name.test(figure) && (unit === undefined || its === unit));
  const [only] = found;
  if (only === undefined || found.length > 1) throw new Error(`${found.length} measured figures are called ${name}.`);
  return only.value;
};

/**
 * Reads the costs from measured figures. A server with few workspaces sleeps more and gathers less for each commit, so the
 * costs are those of the size named here.
 *
 * @param workspaces how many were polled when the cost of a poll was measured.
 */
export const readCosts = (figures: readonly Figure[], store: StoreName, workspaces: number): Costs => {
  const count = workspaces.toLocaleString('en');
  const processes = store === 'SQLite' ? '' : ', two processes';
  const polling = `^${store}${processes}, ${count} workspaces`;
  const telling = `^${store}, 100 changes a second`;
  const read = (name: string) => figureOf(figures, new RegExp(`${name}$`));
  return {
    pollMs: read(`${polling}: processor time of an idle poll`),
    changeMs: read(`${telling}: processor time of a change, told once`),
    deliveryMs: 1_000 / figureOf(figures, new RegExp(`^[\\d,]+ due deliveries, ${store}$`), 'deliveries/s'),
    databaseMs:
      store === 'SQLite'
        ? { poll: 0, change: 0 }
        : {
            poll: read(`${polling}: time of the database for a poll`),
            change: read(`${telling}: time of the database for a change`),
          },
  };
};

/** The cores that one of two servers used while it polled so many workspaces on PostgreSQL. */
export const measuredCores = (figures: readonly Figure[], workspaces: number): number => {
  const count = workspaces.toLocaleString('en');
  return figureOf(figures, new RegExp(`^PostgreSQL, two processes, ${count} workspaces: processor time of a server$`));
};
