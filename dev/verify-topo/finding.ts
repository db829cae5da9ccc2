/** Something that the integration assumes of Topo without a document that says so; `expected` is what our code assumes. */
export type Fact = { fact: string; expected: string };

/**
 * What was seen of a fact. `meaning` says in one sentence what a difference means for the integration. For a fact that
 * could not be seen, `seen` says why.
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
