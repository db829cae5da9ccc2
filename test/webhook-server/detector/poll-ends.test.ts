import { setImmediate as nextTurn } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { createPollEnds } from '../../../webhook-server/detector/poll-ends.ts';
import { StoreError } from '../../../webhook-server/store/store.ts';
import type { PollOutcome } from '../../../webhook-server/store/work-store.ts';

const outcomeOf = (organizationId: string): PollOutcome => ({
  organizationId,
  lease: 'lease',
  nextPollInMs: 1,
  result: 'done',
  sawChange: false,
});

/** A store that cannot take back some workspaces. */
const startEnds = (refused: Record<string, Error> = {}) => {
  const stored: string[][] = [];
  const finishPolls = async (outcomes: readonly PollOutcome[]): Promise<void> => {
    const ids = outcomes.map(({ organizationId }) => organizationId);
    stored.push(ids);
    for (const id of ids) if (refused[id] !== undefined) throw refused[id];
  };
  const ends = createPollEnds({ finishPolls }, nextTurn);
  const finish = (...ids: string[]) => Promise.allSettled(ids.map((id) => ends.finish(outcomeOf(id))));
  return { stored, finish };
};

test('polls that end at about the same time are stored together', async () => {
  const { stored, finish } = startEnds();
  await finish('one', 'two');
  await finish('three');
  expect(stored).toEqual([['one', 'two'], ['three']]);
});

test('one that cannot be stored does not keep the others, and a store that fails keeps all', async () => {
  const { finish } = startEnds({ bad: new TypeError('It is malformed.') });
  expect((await finish('one', 'bad', 'two')).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
  ]);
  const failing = startEnds({ two: new StoreError('The database did not answer.') });
  expect((await failing.finish('one', 'two')).map(({ status }) => status)).toEqual(['rejected', 'rejected']);
  expect(failing.stored).toHaveLength(1);
});

test('that Topo refuses a key is stored at once', async () => {
  const stored: PollOutcome[] = [];
  const ends = createPollEnds(
    { finishPolls: async (outcomes) => void stored.push(...outcomes) },
    () => new Promise(() => undefined),
  );
  await ends.finish({ ...outcomeOf('one'), result: 'key refused' });
  expect(stored).toMatchObject([{ organizationId: 'one', result: 'key refused' }]);
});
