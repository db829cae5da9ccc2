// Slow: it starts the built server and the built app.

import { beforeAll, expect, test } from '@jest/globals';
import type { OtherAppStep } from '../../../dev/local-zapier/written-zap/run-steps.ts';
import type { NewTask } from '../../../dev/sandbox/workspace/simulated-user.ts';
import { choosing } from '../../support/changed-steps.ts';
import { readQuotes, readWorkedZap } from '../../support/worked-zaps.ts';
import { type Person, type Stage, startStage } from '../../support/zap-stage.ts';

const logCalls = readWorkedZap('Zap 5');

/** Topo's time, which passes when a test says so. */
let presentMs = Date.now() - 24 * 60 * 60 * 1000;
const pass = (ms: number): void => {
  presentMs += ms;
};

let stage: Stage;
let kim: Person;
beforeAll(async () => {
  stage = await startStage({ sandbox: { clock: () => new Date(presentMs) } });
  kim = { ...stage.somebody(2), name: 'Kim Lindqvist', email: 'kim@example.com' };
  await stage.enter([kim]);
});

const createCall = (task: NewTask = {}): string =>
  stage.createTask(kim, { type: 'CALL', priority: 'HOT', sequence_id: stage.createRun(), ...task });

/** Skips a task as another program does. */
const skip = async (taskId: string): Promise<void> => {
  const { topoUrl, sandbox } = stage.loop;
  const headers = { authorization: `Bearer ${sandbox.workspaces[0].keys.tasksOnly}` };
  const response = await fetch(`${topoUrl}/tasks/${taskId}/skip`, { method: 'POST', headers });
  if (!response.ok) throw new Error(`Topo answered ${response.status}.`);
};

/** The Zap of the document, and the calls that the CRM has got from it. */
const listenAndLog = async (steps = logCalls.steps) => {
  const calls: Readonly<Record<string, string>>[] = [];
  const log: OtherAppStep = async (call) => {
    calls.push(call);
    return {};
  };
  const zap = await stage.setUp({ ...logCalls, steps }, { 'CRM: Log Call': log });
  await stage.turnOn(zap);
  return { zap, calls };
};

test('a call that is done goes to the CRM with its outcome, and with the notes of the document', async () => {
  const { sandbox } = stage.loop;
  const [answered, skipped, reply] = [createCall(), createCall(), createCall({ type: 'EMAIL_REPLY' })];
  const { zap, calls } = await listenAndLog();

  pass(90 * 60 * 1000);
  sandbox.completeTask(answered, 'ANSWERED');
  await skip(skipped);
  sandbox.completeTask(reply);
  await stage.heardBy(zap, 1);

  expect(zap.runs).toMatchObject([{ status: 'success' }]);
  const [notes] = readQuotes('Zap 5');
  expect(calls).toEqual([{ 'Contact Email': 'ada@initech.example', 'Call Outcome': 'ANSWERED', Notes: notes }]);
});

test('what Topo does not tell of a call is not written, and is not taken for something else', async () => {
  const { sandbox } = stage.loop;
  const [untold, newWord] = [createCall(), createCall()];
  const withoutContact = createCall({ sequence_id: sandbox.createSequence({ contactId: null }).id });
  const { zap, calls } = await listenAndLog();

  pass(60_000);
  sandbox.malform(newWord, { disposition: 'CALLED_BACK' });
  sandbox.completeTask(newWord);
  sandbox.completeTask(untold);
  sandbox.completeTask(withoutContact, 'ANSWERED');
  await stage.heardBy(zap, 3);
  pass(60_000);
  sandbox.completeTask(untold, 'NO_ANSWER');
  await stage.heardBy(zap, 3);

  expect(zap.runs.map(({ status }) => status).toSorted()).toEqual(['filtered', 'filtered', 'success']);
  expect(calls).toMatchObject([{ 'Call Outcome': 'CALLED_BACK' }]);
});

test('with “Answered” chosen in “Outcome of a Call” no other call is logged', async () => {
  const { sandbox } = stage.loop;
  const [answered, unanswered, untold] = [createCall(), createCall(), createCall()];
  const { zap, calls } = await listenAndLog(choosing(logCalls.steps, 1, 'Outcome of a Call', 'Answered'));

  pass(60_000);
  sandbox.completeTask(unanswered, 'NO_ANSWER');
  sandbox.completeTask(untold);
  sandbox.completeTask(answered, 'ANSWERED');
  await stage.heardBy(zap, 1);

  expect(zap.runs).toHaveLength(1);
  expect(calls).toMatchObject([{ 'Call Outcome': 'ANSWERED' }]);
});
