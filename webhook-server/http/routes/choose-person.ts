import { randomUUID } from 'node:crypto';
import type { RequestHandler } from 'express';
import { type Choice, ChoiceRequest } from '../../../contract/choice.ts';
import type { Freshness } from '../../store/tenant-store.ts';
import { type Authenticate, type Caller, requireScope } from '../authentication/authenticate.ts';
import { catchUp, type Wait } from '../catch-up.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';
import { catchUpMs, isCurrent, refuseRevoked } from './list-tasks.ts';

const isEnough = (freshness: Freshness): boolean => freshness.isComplete && isCurrent(freshness);

/** Who has the fewest tasks is known only when all tasks are, as they are now. */
const requireCount = async (
  { store, sealKey }: Caller,
  asked: Freshness,
  wait: Wait,
  isWanted: () => boolean,
): Promise<void> => {
  if (isEnough(asked)) return;
  const freshness = await catchUp(store, sealKey(), { isEnough, patienceMs: catchUpMs, isWanted, wait });
  refuseRevoked(freshness);
  if (isEnough(freshness)) return;
  const what = freshness.isComplete
    ? 'Topo could not be looked at just now'
    : 'The tasks of this workspace are being read for the first time';
  throw new HttpError(
    503,
    'topo_unavailable',
    `${what}, so it is not known who has the fewest open tasks, and nobody was chosen. Try again in a minute.`,
    { retryAfterSeconds: 60 },
  );
};

/**
 * `POST /choices`: chooses one of several people for a task. 200 with a preview, else 201: the choice is to be settled.
 */
export const choosePerson =
  ({ authenticate, wait }: { authenticate: Authenticate; wait: Wait }): RequestHandler =>
  async (request, response) => {
    const caller = await authenticate(request, 'tasks:write');
    requireScope(caller.scopes, 'tasks:read');
    const { task_id, candidates, how, preview } = parseRequest(ChoiceRequest, request.body);
    const freshness = await caller.store.watch(caller.sealKey());
    if (how === 'fewest') await requireCount(caller, freshness, wait, () => !response.closed);

    const id = `cho_${randomUUID()}`;
    const made = await caller.store.choose({ id, taskId: task_id, candidates, how, isPreview: preview });
    if (made.kind === 'all away') {
      const count = new Set(candidates).size;
      const everybody = count === 1 ? 'The person to choose is' : `All ${count} people to choose among are`;
      throw new HttpError(
        409,
        'conflict',
        `${everybody} away, so nobody was chosen. Choose among others, or end an absence in the directory.`,
      );
    }
    const answer: Choice = {
      id: preview ? null : made.id,
      user_id: made.userId,
      how: made.how,
      open_tasks: made.openTasks,
      away: [...made.awayIds],
      repeated: made.isRepeated,
    };
    response.status(preview ? 200 : 201).json(answer);
  };
