import { setTimeout as delay } from 'node:timers/promises';
import type { WebhookServer } from '../local-server/start-webhook-server.ts';
import { drawOne, type Random } from '../sandbox/random.ts';
import type { InFlight } from './ledger.ts';
import type { Setup } from './set-up.ts';

const maxStartAttempts = 10;

/** Retries, because another program's connection may hold the port for a moment. */
const startAgain = async (server: WebhookServer): Promise<void> => {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await server.start();
    } catch (error) {
      if (attempt === maxStartAttempts) throw error;
      await delay(500);
    }
  }
};

/** Kills a server while it starts. */
const killEarly = async (server: WebhookServer, random: Random): Promise<void> => {
  const starting = server.start().catch(() => undefined);
  await delay(random() * 600);
  await server.kill();
  await starting;
};

/** Kills servers at random moments, and starts each again. Returns what was in flight at each kill. */
export const killServers = async (setup: Setup, kills: number, say: (text: string) => void): Promise<InFlight[]> => {
  const { fleet, random, sandbox, undelivered } = setup;
  const inFlight: InFlight[] = [];
  const readInFlight = async () => {
    inFlight.push(...(await fleet.readInFlight()));
  };
  for (let killed = 0; killed < kills; ) {
    await delay(random() * 1_200);
    const victim = drawOne(random, fleet.servers);
    await victim.kill();
    killed += 1;
    await readInFlight();
    if (random() < 0.2 && killed < kills) {
      await killEarly(victim, random);
      killed += 1;
      await readInFlight();
    }
    if (fleet.restartDatabase !== undefined && killed % 8 === 5) await fleet.restartDatabase();
    await startAgain(victim);
    if (killed % 10 === 0) {
      undelivered.update();
      say(`${killed} of ${kills} kills, ${sandbox.changes.length} changes, ${undelivered.count()} undelivered`);
    }
  }
  return inFlight;
};
