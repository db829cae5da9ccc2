import type { CheckContext } from './check.ts';
import { allChecks } from './checks/all-checks.ts';
import type { Finding } from './finding.ts';
import type { NotRestored } from './temporary-reassignments.ts';

/** How the checks ended: `failed` means that the program itself failed. */
export type Ending = { kind: 'whole' } | { kind: 'interrupted' } | { kind: 'failed'; reason: string };

export type Verification = { findings: Finding[]; ending: Ending; notRestored: NotRestored[] };

/** Runs the checks in order, and gives every task back, however the checks end. */
export const verify = async (
  context: CheckContext,
  interruption: AbortSignal,
  beforeRestore: () => void,
): Promise<Verification> => {
  const findings: Finding[] = [];
  let ending: Ending = { kind: 'whole' };
  try {
    for (const check of allChecks) {
      interruption.throwIfAborted();
      findings.push(...(await check(context)));
    }
  } catch (error) {
    ending = interruption.aborted ? { kind: 'interrupted' } : { kind: 'failed', reason: String(error) };
  }
  beforeRestore();
  return { findings, ending, notRestored: await context.reassignments.restoreAll() };
};
