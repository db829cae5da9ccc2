/** Something about Topo that its documentation leaves open; `expected` is what our code assumes. */
export type Fact = { fact: string; expected: string };

/**
 * What was observed of a fact. `meaning` is a sentence on what a difference means for the integration. When the fact
 * could not be observed, `seen` says why.
 */
export type Finding = Fact & { seen: string } & (
    | { verdict: 'as assumed' }
    | { verdict: 'different'; meaning: string }
    | { verdict: 'could not be seen' }
  );

export const asAssumed = (fact: Fact, seen: string): Finding => ({ ...fact, seen, verdict: 'as assumed' });

export const different = (fact: Fact, seen: string, meaning: string): Finding => ({
  ...fact,
  seen,
  verdict: 'different',
  meaning,
});

export const notSeen = (fact: Fact, why: string): Finding => ({ ...fact, seen: why, verdict: 'could not be seen' });
