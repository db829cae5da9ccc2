import { stat } from 'node:fs/promises';
import type { Figure } from './figure.ts';

/** How large the zip is that Zapier gets, in units of 1,000 bytes. */
export const measureAppSize = async (zip: string): Promise<Figure[]> => {
  const { size } = await stat(zip);
  return [{ figure: 'the packaged app', value: size / 1000, unit: 'kB', atMost: 780 }];
};
