import { answerParent } from './answer-parent.ts';
import { readText } from './message.ts';

/** Imports a module, and tells how long that took. */
answerParent(async (question) => {
  const startMs = performance.now();
  await import(readText(question, 'url'));
  return { tookMs: performance.now() - startMs };
});
