import type { CheckContext } from './check.ts';
import { everyCheck } from './checks/all-checks.ts';
import type { Finding } from './finding.ts';
import type { Unreturned } from './temporary-reassignments.ts';

/** How the checks ended: `failed` means that the program itself did. */
export type Ending = { kind: 'whole' } | { kind: 'interrupted' } | { kind: 'failed'; reason: string };

export type Verification = { findings: Finding[]; ending: Ending; unreturned: Unreturned[] };

/** Runs the checks one after the other, and gives everything back whatever becomes of them. */
export const verify = async (
  context: CheckContext,
  interruption: AbortSignal,
  beforeReturn: () => void,
): Promise<Verification> => {
  const findings: Finding[] = [];
  let ending: Ending = { kind: 'whole' };
  try {
    for (const check of everyCheck) {
      interruption.throwIfAborted();
      findings.push(...(await check(context)));
    }
  } catch (error) {
    ending = interruption.aborted ? { kind: 'interrupted' } : { kind: 'failed', reason: String(error) };
  }
  beforeReturn();
  return { findings, ending, unreturned: await context.loans.returnAll() };
};
