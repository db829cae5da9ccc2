import * as z from 'zod';
import { quote } from '../quote.ts';

const Fields = z.record(z.string(), z.unknown());
const Items = z.union([
  z.array(z.unknown()),
  z.looseObject({ items: z.array(z.unknown()) }).transform((list) => list.items),
]);

const mostLength = 300;

/** Says in words which fields a body has, or the first item of a list, and none of their values. */
export const fieldsOf = (body: unknown): string => {
  const items = Items.safeParse(body);
  const [one, noun] = items.success ? [items.data[0], 'items with the fields'] : [body, 'the fields'];
  if (items.success && items.data.length === 0) return 'an empty list';
  const fields = Fields.safeParse(one);
  if (!fields.success) return 'something that has no fields';
  return quote(`${noun} ${Object.keys(fields.data).sort().join(', ')}`, mostLength);
};
