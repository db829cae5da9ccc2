// Slow: it starts the built server and the built app.

import { beforeAll, expect, test } from '@jest/globals';
import { listenAndTell, slackIdOf } from '../../support/play-slack.ts';
import { readQuotes, readWorkedZap } from '../../support/worked-zaps.ts';
import { type Person, type Stage, startStage } from '../../support/zap-stage.ts';

const announce = readWorkedZap('Zap 4');

let stage: Stage;
let kim: Person;
let robin: Person;
beforeAll(async () => {
  stage = await startStage({ serverEnvironment: { TOPO_TASK_URL: 'https://topo.example/tasks/{task_id}' } });
  robin = { ...stage.somebody(1), name: 'Robin Okafor', email: 'robin@example.com' };
  kim = { ...stage.somebody(2), name: 'Kim Lindqvist', email: 'kim@example.com' };
  await stage.enter([robin, kim]);
});

test('whoever gets a task is told, however they got it, and in the words of the document', async () => {
  const { sandbox } = stage.loop;
  const [made, taken, given] = ['1', '2', '3'].map((digit) => ({
    id: `5d0c7a52-61f4-4e0b-9a6e-2f8b1c3d4e0${digit}`,
    sequence_id: stage.createRun(),
  }));
  const nobodys = sandbox.createTask({ ...taken, type: 'EMAIL_REPLY', priority: 'TODAY' });
  const robins = stage.createTask(robin, { ...given, type: 'LINKEDIN_REPLY', priority: 'EXTRA' });
  const { zap, messages, texts } = await listenAndTell(stage, announce);

  stage.createTask(kim, { ...made, type: 'CALL', priority: 'HOT' });
  sandbox.reassign(nobodys.id, kim.userId);
  sandbox.reassign(robins, kim.userId);
  await stage.heardBy(zap, 3);

  expect(zap.zap?.posts).toHaveLength(3);
  expect(texts().toSorted()).toEqual(readQuotes('Zap 4').toSorted());
  expect(new Set(messages.map((message) => message['To Username']))).toEqual(new Set([slackIdOf(kim.email)]));
});

test('new tasks of a contact that come together are told in one message, with a link to one of them', async () => {
  const sequence_id = stage.createRun();
  const { zap, texts } = await listenAndTell(stage, announce);

  const made = [stage.createTask(kim, { sequence_id }), stage.createTask(kim, { sequence_id })];
  await stage.heardBy(zap, 1);

  expect(texts()).toHaveLength(1);
  const [sentence, link] = texts()[0]?.split(' https://topo.example/tasks/') ?? [];
  expect(sentence).toBe(
    'Hello Kim Lindqvist, something waits for you in Topo. 2 email replies for Ada Moreau at Initech (Trial Follow-up) ' +
      'are new for Kim Lindqvist.',
  );
  expect(made).toContain(link);
});

test('a new task of nobody, one that is given up and one that is open again are not announced', async () => {
  const { sandbox } = stage.loop;
  const left = stage.createTask(robin);
  const done = stage.createTask(kim, { status: 'COMPLETED' });
  const { zap, messages } = await listenAndTell(stage, announce);

  sandbox.createTask({ assignee_user_id: null });
  sandbox.reassign(left, null);
  sandbox.reopenTask(done);
  await stage.heardBy(zap, 1);

  expect(zap.runs).toMatchObject([{ status: 'filtered', at: 2 }]);
  expect(messages).toEqual([]);
});
