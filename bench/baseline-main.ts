import { answerParent } from './answer-parent.ts';
import { readText } from './message.ts';
import { peakMemory } from './peak-memory.ts';
import { watchTasks } from './watch-tasks.ts';

const mostPolls = 10;

/** Reads a workspace for the first time, and tells how long that took and how much memory this process has used. */
answerParent(async (question) => {
  const place = {
    url: readText(question, 'url'),
    organizationId: readText(question, 'organizationId'),
    key: readText(question, 'key'),
  };
  const watched = watchTasks(readText(question, 'path'), place);
  await watched.subscribe();
  const startMs = performance.now();
  for (let polls = 0; !(await watched.isListening()); polls += 1) {
    if (polls >= mostPolls) throw new Error('The first reading does not end.');
    await watched.poll();
  }
  const tookMs = performance.now() - startMs;
  await watched.close();
  return { tookMs, peakBytes: peakMemory() };
});
