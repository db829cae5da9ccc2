import type { Database } from 'better-sqlite3';
import { StoreError } from '../store.ts';
import { first } from './migrations/0001-first.ts';
import { delivery } from './migrations/0002-delivery.ts';
import { requests } from './migrations/0003-requests.ts';
import { order } from './migrations/0004-order.ts';
import { columns } from './migrations/0005-columns.ts';
import { boundedCost } from './migrations/0006-bounded-cost.ts';
import { undecided } from './migrations/0007-undecided.ts';
import { readModel } from './migrations/0008-read-model.ts';
import { people } from './migrations/0009-people.ts';
import { choices } from './migrations/0010-choices.ts';
import { eventTypes } from './migrations/0011-event-types.ts';
import { nudgeAddress } from './migrations/0012-nudge-address.ts';
import { turns } from './migrations/0013-turns.ts';
import { bursts } from './migrations/0014-bursts.ts';
import { memory } from './migrations/0015-memory.ts';
import { handedOver } from './migrations/0016-handed-over.ts';
import { notices } from './migrations/0017-notices.ts';
import { pollSpans } from './migrations/0018-poll-spans.ts';
import { handedOverByTemplate } from './migrations/0019-handed-over-by-template.ts';
import { refuseMoved } from './move-mark.ts';

const migrations = [
  first,
  delivery,
  requests,
  order,
  columns,
  boundedCost,
  undecided,
  readModel,
  people,
  choices,
  eventTypes,
  nudgeAddress,
  turns,
  bursts,
  memory,
  handedOver,
  notices,
  pollSpans,
  handedOverByTemplate,
];

/** The `user_version` of a file that is up to date. */
export const knownSchema = migrations.length;

/**
 * Brings the tables up to date. The number of migrations that a file has seen is its `user_version`.
 *
 * @throws StoreError when a newer program has written the file.
 */
export const migrate = (database: Database): void => {
  const seen = Number(database.pragma('user_version', { simple: true }));
  refuseMoved(seen);
  if (seen > migrations.length) {
    throw new StoreError(
      `The database was written by a newer version of this server (schema ${seen}, known here: ${migrations.length}). ` +
        'Start that version, or restore a backup from before it with `topo-for-zapier restore`.',
    );
  }
  for (const [index, migration] of migrations.entries()) {
    if (index < seen) continue;
    database.transaction(() => {
      database.exec(migration);
      database.pragma(`user_version = ${index + 1}`);
    })();
  }
};
