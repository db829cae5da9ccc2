import type { ZObject } from 'zapier-platform-core';

/** An hour longer than a delivery is taken at all. */
const rememberSeconds = 25 * 60 * 60;

/**
 * Whether this is the first time that anybody asks for the key within a day; Zapier does not deduplicate hooks. When its
 * cache does not answer, the answer is yes: rather twice than never.
 */
export const isFirstDelivery = async (z: ZObject, key: string): Promise<boolean> => {
  try {
    const known: unknown = await z.cache.get(key);
    if (known !== null) return false;
    // Two runs may get here together: `nx` lets one of them set the key. `null` means that the cache was too busy.
    const isSet = await z.cache.set(key, true, rememberSeconds, undefined, true);
    return isSet !== false;
  } catch (error) {
    z.console.warn(`Whether this delivery came before is not known: ${error instanceof Error ? error.message : error}`);
    return true;
  }
};
