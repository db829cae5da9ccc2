import { readText } from './harness/message.ts';
import { answerParent } from './harness/serve-parent.ts';

/** Imports a module, and tells how long that took. */
answerParent(async (question) => {
  const startMs = performance.now();
  await import(readText(question, 'url'));
  return { tookMs: performance.now() - startMs };
});
