import type { UnusableItem } from '../../../topo/list.ts';
import type { CallOutcome } from '../ask-topo.ts';
import { asAssumed, different, type Fact, type Finding, notSeen } from '../finding.ts';

/** A page of any list, as `topo/` parses it. */
type ListPage = { items: readonly unknown[]; unusable: readonly UnusableItem[]; total_count: number };

/** A list, the scope that it needs, and what it means when it is not there or not as described. */
export type ListFact = { fact: Fact; scope: string; meaning: string };

/** Judges whether a list exists and whether its rows can be read; it quotes nothing of them. */
export const judgeList = ({ fact, scope, meaning }: ListFact, outcome: CallOutcome<ListPage>): Finding => {
  switch (outcome.kind) {
    case 'answered': {
      const { items, unusable, total_count: total } = outcome.body;
      if (items.length + unusable.length === 0) return notSeen(fact, 'the list exists, and is empty');
      if (unusable.length === 0) return asAssumed(fact, `it does: ${items.length} of ${total} were read`);
      return different(fact, `${unusable.length} of ${items.length + unusable.length} rows could not be read`, meaning);
    }
    case 'refused':
      if (outcome.status === 403) return notSeen(fact, `the key lacks ${scope}`);
      if (outcome.status >= 500 || outcome.status === 429) return notSeen(fact, outcome.said);
      return different(fact, outcome.said, meaning);
    case 'misread':
      return different(fact, outcome.said, meaning);
    case 'unanswered':
      return notSeen(fact, outcome.said);
  }
};
