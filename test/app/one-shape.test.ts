import { beforeAll, expect, test } from '@jest/globals';
import { type Step, steps } from '../support/definition.ts';
import { collectLiveResults, type LiveResult } from '../support/live-results.ts';
import { leavesOf, misfits } from '../support/shape.ts';

// A field that somebody mapped in the editor must be there when the Zap runs, and be of the same type. So there is one
// shape: in the sample, in the editor's live samples, in what comes, and in the output fields.

let live: LiveResult[] = [];
beforeAll(async () => {
  live = await collectLiveResults();
});

/** Where a hook's results come from; other steps have one place. */
const originsOf = ({ operation }: Step): string[] =>
  operation.type === 'hook' ? ['examples', 'history', 'hook'] : ['run'];

const typesOf = (values: readonly unknown[]): Map<string, Set<string>> => {
  const types = new Map<string, Set<string>>();
  for (const { path, value } of values.flatMap((one) => leavesOf(one))) {
    if (value === null || Array.isArray(value)) continue;
    types.set(path, (types.get(path) ?? new Set()).add(typeof value));
  }
  return types;
};

test.each(steps)('$path has one shape in every place', (step) => {
  const ofStep = live.filter((one) => one.step === step);
  expect([...new Set(ofStep.map(({ origin }) => origin))].sort()).toEqual(originsOf(step));

  const everywhere = [step.operation.sample, ...ofStep.map(({ result }) => result)];
  for (const result of everywhere) expect(misfits(step.outputFields, result)).toEqual([]);
  expect([...typesOf(everywhere)].filter(([, types]) => types.size > 1)).toEqual([]);
});
