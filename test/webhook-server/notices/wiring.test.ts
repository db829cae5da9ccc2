import { afterEach, expect, test } from '@jest/globals';
import { readConfig } from '../../../webhook-server/config.ts';
import { type Server, startServer } from '../../../webhook-server/server.ts';
import { keepLog } from '../../support/keep-log.ts';
import { readExposition } from '../../support/read-exposition.ts';
import { tempFolder } from '../../support/temp-folder.ts';

const servers: Server[] = [];
afterEach(async () => {
  for (const server of servers.splice(0)) await server.stop();
});

/** Which loops of a server run, whose Topo does not answer. */
const loopsOf = async (environment: Record<string, string>): Promise<unknown[]> => {
  const settings = { PORT: '0', METRICS_PORT: '0', TOPO_API_URL: 'http://127.0.0.1:1/v1', DATA_DIR: tempFolder() };
  const server = await startServer(readConfig({ ...settings, ...environment }), keepLog());
  servers.push(server);
  const { samples } = readExposition(await (await fetch(server.metricsUrl ?? '')).text());
  return samples.filter(({ name }) => name === 'topo_zapier_loop_up').map(({ labels }) => labels['loop']);
};

test('a server looks for something to tell where NOTICE_WEBHOOK_URL says whom', async () => {
  const loops = ['detector', 'delivery', 'clean-up'];
  expect(await loopsOf({})).toEqual(loops);
  const NOTICE_WEBHOOK_URL = 'https://hooks.slack.com/services/T0/B0/canary';
  expect(await loopsOf({ NOTICE_WEBHOOK_URL })).toEqual([...loops, 'notices']);
});
