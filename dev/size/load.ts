import type { Costs, StoreName } from './costs.ts';

/** What is assumed of the workspaces that are served. */
export type Assumed = {
  /** Seconds between two polls of a workspace in which something changed lately, and of the others. */
  intervalSeconds: number;
  idleSeconds: number;
  /** How many of 100 workspaces changed lately. */
  activePercent: number;
  /** Changes of tasks in a workspace on a working day. */
  changesADay: number;
  /** How many Zaps hear of each change. */
  zaps: number;
};

/** What so many workspaces ask of a server at its busiest. */
export type Load = {
  pollsPerSecond: number;
  changesPerSecond: number;
  deliveriesPerSecond: number;
  /** Processor cores that all processes use together. */
  cores: number;
  processes: number;
  /** Connections of PostgreSQL that are busy at the same moment. */
  busyConnections: number;
  /** From a change in Topo to the Zap, for a change that nobody announced, in seconds. */
  usualLagSeconds: number;
  longestLagSeconds: number;
  firstLimit: string;
};

/** Work comes in eight hours, and three times as much in the busiest of them as on average. */
const workingSeconds = 8 * 3_600;
const busiest = 3;

/** Polls begin up to a tenth of the interval sooner, at random. */
const sooner = 0.95;

/** A process does its work on one core. Above this share of it Zaps begin to wait for each other. */
const mostOfACore = 0.6;

/** Connections that a PostgreSQL of a few cores answers at the same moment without a queue. */
const mostBusyConnections = 8;

/** Polls may come a quarter of the interval late before they count as late. */
const lateBy = 1.25;

const firstLimitOf = (store: StoreName, cores: number, busyConnections: number): string => {
  if (store === 'SQLite' && cores > mostOfACore) return 'one process on SQLite: set DATABASE_URL';
  if (busyConnections > mostBusyConnections) return 'one PostgreSQL: spread organizations over several';
  if (cores > mostOfACore) return 'one process: run several';
  return 'none';
};

/** What serving so many workspaces takes, from measured costs. */
export const loadOf = (workspaces: number, store: StoreName, costs: Costs, assumed: Assumed): Load => {
  const { intervalSeconds, idleSeconds, activePercent, changesADay, zaps } = assumed;
  const active = activePercent / 100;
  const pollsPerSecond = (workspaces * (active / intervalSeconds + (1 - active) / idleSeconds)) / sooner;
  const changesPerSecond = (workspaces * changesADay * busiest) / workingSeconds;
  const deliveriesPerSecond = changesPerSecond * zaps;
  const furtherDeliveries = Math.max(0, deliveriesPerSecond - changesPerSecond);
  const busyMs =
    pollsPerSecond * costs.pollMs + changesPerSecond * costs.changeMs + furtherDeliveries * costs.deliveryMs;
  const cores = busyMs / 1_000;
  const { poll, change } = costs.databaseMs;
  const busyConnections = (pollsPerSecond * poll + changesPerSecond * change) / 1_000;
  return {
    pollsPerSecond,
    changesPerSecond,
    deliveriesPerSecond,
    cores,
    processes: Math.max(1, Math.ceil(cores / mostOfACore)),
    busyConnections,
    usualLagSeconds: intervalSeconds / 2,
    longestLagSeconds: intervalSeconds * lateBy,
    firstLimit: firstLimitOf(store, cores, busyConnections),
  };
};

/**
 * The shortest interval in seconds at which so many workspaces can be polled if Topo answers so many requests a second
 * to all of them together.
 */
export const shortestInterval = (workspaces: number, requestsPerSecond: number): number =>
  workspaces / requestsPerSecond / sooner;
