import { givenVariables } from '../config.ts';
import { reachTopo } from '../reach-topo.ts';
import { checkAllowedHosts } from './checks/allowed-hosts.ts';
import { checkClock } from './checks/clock.ts';
import { checkDataFolder } from './checks/data-folder.ts';
import { checkDatabase, inspectDatabase } from './checks/database.ts';
import { checkDiskSpace } from './checks/disk-space.ts';
import { checkEncryptionKey } from './checks/encryption-key.ts';
import { checkKeyFits } from './checks/key-fits.ts';
import { checkNoticeHost } from './checks/notice-host.ts';
import { checkPublicUrl } from './checks/public-url.ts';
import { checkSettings } from './checks/settings.ts';
import { checkTopo } from './checks/topo.ts';
import type { Finding } from './finding.ts';

/**
 * Looks at everything that a server with this environment needs, and changes nothing.
 *
 * @param clock milliseconds since 1970.
 */
export const examine = async (
  environment: Readonly<Record<string, string | undefined>>,
  clock: () => number,
): Promise<Finding[]> => {
  const { config, findings } = checkSettings(environment);
  if (config === undefined) return findings;
  const inspection = await inspectDatabase(config);
  const reach = await reachTopo(config.topoApiUrl);
  return [
    ...findings,
    ...checkEncryptionKey(config, givenVariables(environment)['ENCRYPTION_KEY_FILE']),
    ...checkDataFolder(config),
    ...checkDiskSpace(config),
    checkDatabase(config, inspection),
    ...checkKeyFits(config, inspection),
    checkTopo(config, reach),
    ...checkClock(reach, clock()),
    ...(await checkAllowedHosts(config)),
    ...(await checkNoticeHost(config)),
    ...(await checkPublicUrl(config)),
  ];
};
