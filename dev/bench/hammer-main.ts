import { readNumber, readText } from './harness/message.ts';
import { serveParent } from './harness/serve-parent.ts';

/** Calls one route again and again, as fast as the limits of a workspace allow. */
const atOnce = 16;

/** 6,000 calls a minute. */
const spacingMs = 10;

const pause = (ms: number): Promise<void> => new Promise((resolve) => setTimeout(resolve, ms));

serveParent(async (question) => {
  const url = readText(question, 'url');
  const method = readText(question, 'method');
  const body = readText(question, 'body');
  const most = readNumber(question, 'most');
  const untilMs = performance.now() + readNumber(question, 'forMs');
  let called = 0;
  let answered = 0;
  let refused = 0;
  let nextAtMs = performance.now();

  /** `{n}` makes each body another one. */
  const call = async (): Promise<void> => {
    const response = await fetch(url, {
      method,
      headers: { authorization: `Bearer ${readText(question, 'key')}`, 'content-type': 'application/json' },
      ...(body === '' ? {} : { body: body.replaceAll('{n}', String(called)) }),
    });
    for await (const _chunk of response.body ?? []) if (performance.now() > untilMs) break;
    if (response.ok) answered += 1;
    else refused += 1;
  };

  const callAgain = async (): Promise<void> => {
    while (performance.now() < untilMs && called < most) {
      called += 1;
      nextAtMs = Math.max(nextAtMs + spacingMs, performance.now() - spacingMs);
      await pause(nextAtMs - performance.now());
      await call();
    }
  };
  await Promise.all(Array.from({ length: atOnce }, callAgain));
  return { answered, refused };
});
