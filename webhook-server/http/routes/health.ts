import type { RequestHandler } from 'express';
import type { Progress } from '../../store/work-store.ts';

/** `readings`: the baselines and reconciliations under way, of all workspaces together; `reasons`: why it is not ready. */
export type Readiness =
  | { isReady: true; readings: readonly Progress[] }
  | { isReady: false; reasons: readonly string[] };

/** `GET /healthz`: 200 while the process answers at all. */
export const healthz: RequestHandler = (_request, response) => {
  response.json({ status: 'alive' });
};

/** Write to the database at most this often, whoever calls. */
const askAgainMs = 1_000;

/**
 * `GET /readyz`: 200 when the loops of the server run and its database can be written, else 503.
 *
 * @param clock milliseconds, from any start; never goes back.
 */
export const readyz = (readiness: () => Promise<Readiness>, clock: () => number): RequestHandler => {
  let asked: { atMs: number; answer: Promise<Readiness> } | undefined;
  const ask = (): Promise<Readiness> => {
    if (asked === undefined || clock() - asked.atMs >= askAgainMs) asked = { atMs: clock(), answer: readiness() };
    return asked.answer;
  };

  return async (_request, response) => {
    const ready = await ask();
    if (!ready.isReady) {
      response.status(503).json({ status: 'not ready', reasons: ready.reasons });
      return;
    }
    const readings = ready.readings.map(({ kind, workspaces, rowsRead, totalRows }) => ({
      kind,
      workspaces,
      rows_read: rowsRead,
      rows_total: totalRows,
    }));
    response.json({ status: 'ready', readings });
  };
};
