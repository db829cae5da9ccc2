import { largestPage } from '../../../topo/list.ts';
import { listTasks } from '../../../topo/list-tasks.ts';
import type { Check } from '../check.ts';
import { asAssumed, different, notSeen } from '../finding.ts';

const fact = { fact: 'Timestamps have digits of a second, and a zone', expected: '1 to 6 digits, any zone' };

const digitsOf = (timestamp: string): number => /\.(\d+)/.exec(timestamp)?.[1]?.length ?? 0;
const zoneOf = (timestamp: string): string => /(?:Z|[+-]\d\d:?\d\d)$/i.exec(timestamp)?.[0] ?? 'no zone';

/** The page holds a task that was just changed, so at least one timestamp is freshly written. */
export const checkTimestamps: Check = async ({ ask }) => {
  const outcome = await ask(listTasks({ sortBy: 'updated_at', sortOrder: 'desc', size: largestPage }));
  if (outcome.kind !== 'answered') return [notSeen(fact, outcome.said)];
  const timestamps = outcome.body.items.flatMap((task) => [task.created_at, task.updated_at]);
  const digits = [...new Set(timestamps.map(digitsOf))].sort((one, other) => one - other);
  const zones = [...new Set(timestamps.map(zoneOf))].sort();
  const seen = `${digits.join(' or ')} digits, ${zones.join(' or ')}, in ${timestamps.length} timestamps`;
  const most = Math.max(0, ...digits);
  if (most === 0) {
    return [
      different(
        fact,
        seen,
        'Changes of one task within a second share a moment, so such a change back and forth may be told once only.',
      ),
    ];
  }
  if (most > 6) {
    return [
      different(fact, seen, 'Digits past the sixth are cut, so changes within a microsecond count as simultaneous.'),
    ];
  }
  return [asAssumed(fact, seen)];
};
