import type { RequestHandler } from 'express';
import type { Authenticate } from './authentication/authenticate.ts';

/**
 * What the pages share with the routes, so that a workspace has one count and one place in the queue, whichever of them it
 * calls. The guards want a key that was presented, and stand before whatever a caller makes the server do.
 */
export type SharedWithDashboard = {
  authenticate: Authenticate;
  /** Refuses callers without a key that Topo accepts, before anything of a body is read. */
  withKey: RequestHandler;
  guards: RequestHandler[];
  /** Counts what people ask to be sent again. */
  limitManualDeliveries: RequestHandler;
  inTurn: (handler: RequestHandler) => RequestHandler;
};

/** Makes the pages: what is mounted at `/dashboard`. */
export type CreateDashboard = (shared: SharedWithDashboard) => RequestHandler;
