import { createSandbox } from '../sandbox/create-sandbox.ts';
import { fillStore } from './fill-store.ts';
import { readText } from './harness/message.ts';
import { serveParent } from './harness/serve-parent.ts';

const sandbox = createSandbox({ taskCount: Number(process.argv[2]) });
const listening = sandbox.listen();

const [workspace] = sandbox.workspaces;

serveParent(async (question) => {
  const { url } = await listening;
  const place = { url, organizationId: workspace.organizationId, key: workspace.keys.full };
  switch (question['kind']) {
    case 'place':
      return place;
    case 'fill':
      await fillStore(readText(question, 'path'), place, workspace.tasks);
      return {};
    case 'count':
      return { requests: sandbox.requests.length };
    default:
      throw new RangeError('The sandbox’s process does not know this question.');
  }
});
