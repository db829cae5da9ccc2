import type { ZObject } from 'zapier-platform-core';

/** An hour longer than the maximum age of a delivery. */
const rememberSeconds = 25 * 60 * 60;

/**
 * Whether a delivery with this key arrives for the first time within a day: Zapier does not deduplicate hooks. When its
 * cache fails, the answer is yes, because twice is better than never.
 */
export const isFirstDelivery = async (z: ZObject, key: string): Promise<boolean> => {
  try {
    const known: unknown = await z.cache.get(key);
    if (known !== null) return false;
    // Two runs may get here at once: `nx` lets only one of them set the key. `null` means that the cache was too busy.
    const isSet = await z.cache.set(key, true, rememberSeconds, undefined, true);
    return isSet !== false;
  } catch (error) {
    z.console.warn(`Whether this delivery came before is not known: ${error instanceof Error ? error.message : error}`);
    return true;
  }
};
