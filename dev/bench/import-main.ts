import { readText } from './harness/message.ts';
import { serveParent } from './harness/serve-parent.ts';

/** Imports a module and reports how long that took. */
serveParent(async (question) => {
  const startMs = performance.now();
  await import(readText(question, 'url'));
  return { tookMs: performance.now() - startMs };
});
