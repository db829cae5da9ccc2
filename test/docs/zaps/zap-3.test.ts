// Slow: it starts the built server and the built app.

import { beforeAll, expect, test } from '@jest/globals';
import type { WrittenStep } from '../../../dev/local-zapier/written-zap/written-step.ts';
import { choosing } from '../../support/changed-steps.ts';
import { listenAndTell, slackIdOf } from '../../support/play-slack.ts';
import { readQuotes, readWorkedZap } from '../../support/worked-zaps.ts';
import { type Stage, startStage } from '../../support/zap-stage.ts';

const tellNewPerson = readWorkedZap('Zap 3');

let stage: Stage;
beforeAll(async () => {
  stage = await startStage();
});

test('a colleague’s reassignment in Topo is told once, to whoever has the task now', async () => {
  const [before, after] = [stage.somebody(1), stage.somebody(2)];
  const taskId = stage.createTask(before, {
    type: 'LINKEDIN_REPLY',
    priority: 'EXTRA',
    sequence_id: stage.createRun(),
  });
  const { zap, messages } = await listenAndTell(stage, tellNewPerson);

  stage.loop.sandbox.reassign(taskId, after.userId);
  await stage.heardBy(zap, 1);

  expect(zap.zap?.posts).toHaveLength(1);
  expect(messages).toEqual([
    {
      'To Username': slackIdOf(after.email),
      'Message Text':
        `Hello ${after.name}, there is something new for you in Topo. A LinkedIn reply for Ada Moreau at Initech ` +
        `(Trial Follow-up, extra) went from ${before.name} to ${after.name}.`,
    },
  ]);
});

test('the messages of Zap 3 are those of the document, word for word', async () => {
  const [robin, kim] = [stage.somebody(1), stage.somebody(2)];
  await stage.enter([
    { ...robin, name: 'Robin Okafor', email: 'robin@example.com' },
    { ...kim, name: 'Kim Lindqvist', email: 'kim@example.com' },
  ]);
  const sequence_id = stage.createRun();
  const alone = stage.createTask(robin, { sequence_id: stage.createRun(), type: 'CALL', priority: 'HOT' });
  const [together = ''] = (['CALL', 'EMAIL_REPLY', 'LINKEDIN_REPLY'] as const).map((type) =>
    stage.createTask(robin, { sequence_id, type, priority: 'TODAY' }),
  );
  const { zap, texts } = await listenAndTell(stage, tellNewPerson);

  stage.loop.sandbox.reassign(alone, kim.userId);
  await stage.heardBy(zap, 1);
  await stage.loop.connection.act('reassign_task', {
    task_id: together,
    assignee_user_id: kim.userId,
    scope: 'SEQUENCE',
  });
  await stage.heardBy(zap, 2);
  await stage.enter([robin, kim]);

  expect(texts()).toEqual(readQuotes('Zap 3'));
});

test('whoever has no e-mail yet gets no message, and the run says so', async () => {
  const taskId = stage.createTask(stage.somebody(1));
  const { zap, messages } = await listenAndTell(stage, tellNewPerson);

  stage.loop.sandbox.reassign(taskId, '0b1f7c5e-93a2-4d6b-8f04-5a6d7e8f9a03');
  await stage.heardBy(zap, 1);

  expect(zap.runs).toMatchObject([{ status: 'filtered', at: 2 }]);
  expect(messages).toEqual([]);
});

test('a Zap that ignores what Zapier did does not hear of hand-overs, and one that does not hears of each change once', async () => {
  const [before, after] = [stage.somebody(0), stage.somebody(5)];
  const taskIds = [stage.createTask(before), stage.createTask(before), stage.createTask(before)];
  const everything = await listenAndTell(stage, tellNewPerson);
  const quiet = await listenAndTell(stage, {
    ...tellNewPerson,
    steps: choosing(tellNewPerson.steps, 1, 'Ignore Changes Made by Zapier', 'Yes'),
  });
  const byColleague = stage.createTask(before);
  await stage.loop.settled();

  await stage.loop.connection.act('hand_over_tasks', { to_user_id: after.userId, task_ids: taskIds });
  stage.loop.sandbox.reassign(byColleague, after.userId);
  await stage.heardBy(everything.zap, 4);
  await stage.heardBy(quiet.zap, 1);

  expect(everything.zap.zap?.posts).toHaveLength(4);
  expect(everything.messages).toHaveLength(4);
  expect(quiet.messages).toHaveLength(1);
});

test.each([
  ['Yes', 1],
  ['No', 2],
])(
  'a Zap that listens and reassigns, and chooses %s in “Ignore Changes Made by Zapier”, runs %i times',
  async (choice, runs) => {
    const [before, after, last] = [stage.somebody(0), stage.somebody(1), stage.somebody(5)];
    const taskId = stage.createTask(before);
    const [trigger] = choosing(tellNewPerson.steps, 1, 'Ignore Changes Made by Zapier', choice);
    const reassignment: WrittenStep = {
      number: 2,
      app: 'Topo',
      event: 'Reassign Task',
      fields: [
        { label: 'Task', filled: [{ step: 1, label: 'Task' }] },
        { label: 'New Assignee', filled: [last.email] },
      ],
    };
    const zap = await stage.setUp({
      title: 'A Zap that listens and reassigns',
      steps: [trigger, reassignment],
    });
    await stage.turnOn(zap);

    stage.loop.sandbox.reassign(taskId, after.userId);
    await stage.heardBy(zap, runs);

    expect(zap.runs).toHaveLength(runs);
    expect(stage.holderOf(taskId)).toBe(last.userId);
  },
);
