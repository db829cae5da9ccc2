import { expect, test } from '@jest/globals';
import { publishRest } from '../../../webhook-server/detector/publish-rest.ts';

const scan = { kind: 'incremental' as const, startedAtMs: 0 };
const found = { organizationId: 'org', lease: 'lease', scan, waitsForFacts: false, fromSeq: 1 };

test('what was found is told to the end, piece by piece', async () => {
  const begunAt: number[] = [];
  const publishMore = async ({ fromSeq }: { fromSeq: number }) => {
    begunAt.push(fromSeq);
    return { kind: 'published' as const, untoldFrom: fromSeq < 3 ? fromSeq + 1 : null };
  };
  expect(await publishRest({ publishMore }, found, 1)).toEqual({ kind: 'published', untoldFrom: null });
  expect(begunAt).toEqual([1, 2, 3]);
});

test('a server that stops begins no further piece', async () => {
  const stopping = new AbortController();
  let pieces = 0;
  const publishMore = async ({ fromSeq }: { fromSeq: number }) => {
    pieces += 1;
    if (pieces === 2) stopping.abort();
    return { kind: 'published' as const, untoldFrom: fromSeq < 5 ? fromSeq + 1 : null };
  };
  const outcome = await publishRest({ publishMore }, found, 1, stopping.signal);
  expect({ pieces, outcome }).toEqual({ pieces: 2, outcome: { kind: 'published', untoldFrom: 3 } });
});
