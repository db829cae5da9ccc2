import { expect, test } from '@jest/globals';
import { createWording } from '../../../webhook-server/notices/word-notice.ts';
import type { NoticeCause } from '../../../webhook-server/store/work-store.ts';

const causes: NoticeCause[] = [
  'hooks failing',
  'deliveries given up',
  'keys refused',
  'workspaces not read',
  'disk almost full',
];
const word = createWording({ unreadMs: 600_000, publicUrl: undefined });

test('one and several are told in sentences that fit', () => {
  expect(word({ kind: 'begun', cause: 'hooks failing', count: 1 })).toContain(
    '1 hook has failed for an hour or longer, and its Zap hears nothing.',
  );
  expect(word({ kind: 'begun', cause: 'hooks failing', count: 3 })).toContain(
    '3 hooks have failed for an hour or longer, and their Zaps hear nothing.',
  );
  expect(word({ kind: 'begun', cause: 'deliveries given up', count: 1 })).toContain('1 delivery was given up');
  expect(word({ kind: 'begun', cause: 'workspaces not read', count: 2 })).toContain(
    '2 workspaces were not read for 10 minutes or longer',
  );
  expect(word({ kind: 'begun', cause: 'keys refused', count: 1 })).toContain('the key of 1 workspace, and its Zaps');
});

test('every notice is plain text that a chat shows as it is, and names the dashboard where its address is known', () => {
  for (const cause of causes) {
    for (const text of [word({ kind: 'begun', cause, count: 2 }), word({ kind: 'over', cause })]) {
      expect(text).toMatch(/^Topo for Zapier: [\w .,:/]+\.$/);
    }
  }
  const linked = createWording({ unreadMs: 600_000, publicUrl: 'https://hooks.example.com' });
  expect(linked({ kind: 'begun', cause: 'deliveries given up', count: 1 })).toContain(
    ' https://hooks.example.com/dashboard.',
  );
});
