import { type Step, steps } from './definition.ts';
import { createContact, untilKnown } from './known-contacts.ts';
import { cause, type Ground, liveInput } from './live-inputs.ts';
import { type RealLoop, rawRequestOf, startRealLoop } from './real-loop.ts';

/** Where a result came from: a search, action or dropdown that ran, a hook, or the editor's samples of a hook. */
type Origin = 'run' | 'hook' | 'history' | 'examples';

/** One object that a step really answered. */
export type LiveResult = { step: Step; origin: Origin; result: unknown };

/** Two open tasks of one new sequence about one contact, held by one person, and somebody who may take them. */
export const prepareGround = ({ sandbox, workspace }: RealLoop): Ground => {
  const [holder, taker] = workspace.people;
  if (holder === undefined || taker === undefined) throw new Error('The workspace has too few people.');
  const contactEmail = 'ada@initech.example';
  const { sequenceId } = createContact({ sandbox }, contactEmail);
  const task = sandbox.createTask({ assignee_user_id: holder.userId, sequence_id: sequenceId });
  const sibling = sandbox.createTask({ assignee_user_id: holder.userId, sequence_id: task.sequence_id });
  return { task, sibling, contactEmail, holder, taker };
};

const listed = (answer: unknown): unknown[] => (Array.isArray(answer) ? answer : [answer]);

const runHook = async (loop: RealLoop, step: Step): Promise<LiveResult[]> => {
  const { app } = loop;
  const path = `/${step.key}`;
  const as = (origin: Origin) => (result: unknown) => ({ step, origin, result });
  const examples = await app.run(`${step.path}.operation.performList`);
  // Tasks that are new to the server are not news: they must be there before it listens.
  const ground = prepareGround(loop);
  const subscribeData = await loop.turnOn(step.path, path);
  cause(step.key, loop, ground);
  const [received] = await loop.received(path);
  if (received === undefined) throw new Error(`${step.key} did not fire.`);
  const rawRequest = rawRequestOf(received);
  const runs = await app.run(`${step.path}.operation.perform`, { subscribeData, rawRequest });
  const history = await app.run(`${step.path}.operation.performList`);
  return [
    ...listed(examples).map(as('examples')),
    ...listed(runs).map(as('hook')),
    ...listed(history).map(as('history')),
  ];
};

const runStep = async (loop: RealLoop, step: Step): Promise<LiveResult[]> => {
  if (step.operation.type === 'hook') return runHook(loop, step);
  const inputData = step.kind === 'triggers' ? {} : liveInput(step.key, prepareGround(loop));
  await untilKnown(loop);
  const answer = await loop.app.run(`${step.path}.operation.perform`, { inputData });
  return listed(answer).map((result) => ({ step, origin: 'run', result }));
};

/**
 * What every step of the definition really answers: the real app and webhook server, with the sandbox as Topo.
 *
 * @throws Error when nobody has said how to try a step, or when one answers nothing.
 */
export const collectLiveResults = async (): Promise<LiveResult[]> => {
  const results: LiveResult[] = [];
  for (const step of steps) {
    const found = await runStep(await startRealLoop(), step);
    if (found.length === 0) throw new Error(`${step.path} answered nothing, so there is nothing to look at.`);
    results.push(...found);
  }
  return results;
};
