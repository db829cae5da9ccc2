import { type ReassignScope, reassignTask } from '../../topo/reassign-task.ts';
import type { Task } from '../../topo/task.ts';
import type { Ask, Outcome } from './ask-topo.ts';
import { readTask } from './read-task.ts';
import type { Wait } from './wait.ts';

/** A task that belongs to somebody. */
export type OwnedTask = { id: string; sequenceId: string | null; ownerId: string };

export type Lending = {
  task: OwnedTask;
  borrowerId: string;
  scope: ReassignScope;
  /** What else the write may move. */
  siblings?: readonly OwnedTask[];
};

/** A task that is not with its owner again; `reason` is a sentence. */
export type Unreturned = { task: OwnedTask; reason: string };

/** Tasks that are with somebody for the time being. Everything that is lent comes back by `returnAll`. */
export type Loans = {
  /** Gives a task to somebody, noting beforehand whose it is. */
  lend(lending: Lending): Promise<Outcome<Task>>;
  /** Gives back whatever is not with its owner, again and again for a while, and answers what could not be returned. */
  returnAll(): Promise<Unreturned[]>;
};

export type LoansOptions = {
  /** For lending: ends when the program is interrupted. */
  ask: Ask;
  /** For giving back: ends by itself alone. */
  askToTheEnd: Ask;
  wait: Wait;
};

type Loan = { task: OwnedTask; borrowerIds: Set<string> };

const mostAttempts = 7;
const firstPauseMs = 500;

/** A write whose answer got lost may still be carried out within this long, and must not come after the return. */
const lateWriteMs = 3_000;

const isUncertain = (outcome: Outcome<Task>): boolean =>
  outcome.kind === 'unanswered' || (outcome.kind === 'refused' && outcome.status >= 500);

export const createLoans = ({ ask, askToTheEnd, wait }: LoansOptions): Loans => {
  const loans = new Map<string, Loan>();
  let mayComeLate = false;

  const note = (task: OwnedTask, borrowerId: string): void => {
    const loan = loans.get(task.id) ?? { task, borrowerIds: new Set() };
    loan.borrowerIds.add(borrowerId);
    loans.set(task.id, loan);
  };

  /** One try; `undefined` when the task is with its owner, `isFinal` when trying again would be wrong. */
  const tryToReturn = async ({
    task,
    borrowerIds,
  }: Loan): Promise<{ reason: string; isFinal: boolean } | undefined> => {
    const reading = await readTask(askToTheEnd, { id: task.id, sequence_id: task.sequenceId });
    if (reading.kind === 'absent') return { reason: 'It is no longer there.', isFinal: true };
    const presentId = reading.kind === 'read' ? reading.task.assignee_user_id : null;
    if (presentId === task.ownerId) return undefined;
    if (presentId !== null && !borrowerIds.has(presentId)) {
      return { reason: `Somebody else has given it to ${presentId} meanwhile, so it was left there.`, isFinal: true };
    }

    const outcome = await askToTheEnd(reassignTask({ taskId: task.id, assigneeId: task.ownerId, scope: 'TASK' }));
    if (outcome.kind !== 'answered') return { reason: `${outcome.said}.`, isFinal: false };
    const answeredId = outcome.body.assignee_user_id;
    if (answeredId === task.ownerId) return undefined;
    return { reason: `Topo took the request and answered that ${answeredId} has it.`, isFinal: false };
  };

  const returnOne = async (loan: Loan): Promise<Unreturned[]> => {
    for (let attempt = 1; ; attempt += 1) {
      const trouble = await tryToReturn(loan);
      if (trouble === undefined) {
        loans.delete(loan.task.id);
        return [];
      }
      if (trouble.isFinal || attempt === mostAttempts) return [{ task: loan.task, reason: trouble.reason }];
      await wait(firstPauseMs * 2 ** (attempt - 1));
    }
  };

  return {
    async lend({ task, borrowerId, scope, siblings = [] }) {
      for (const each of [task, ...siblings]) note(each, borrowerId);
      const outcome = await ask(reassignTask({ taskId: task.id, assigneeId: borrowerId, scope }));
      mayComeLate ||= isUncertain(outcome);
      return outcome;
    },

    async returnAll() {
      if (mayComeLate && loans.size > 0) await wait(lateWriteMs);
      mayComeLate = false;
      const unreturned: Unreturned[] = [];
      for (const loan of [...loans.values()]) unreturned.push(...(await returnOne(loan)));
      return unreturned;
    },
  };
};
