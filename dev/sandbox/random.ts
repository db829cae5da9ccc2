import { createHash } from 'node:crypto';

/** Like `Math.random`, but the same numbers for the same seed. */
export type Random = () => number;

/** Creates a {@link Random} from a whole number (mulberry32: small, fast, and good enough to shuffle with). */
export const createRandom = (seed: number): Random => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** A whole number from `low` up to but not including `high`. */
export const drawInteger = (random: Random, low: number, high: number): number =>
  low + Math.floor(random() * (high - low));

/** One item of a list that is not empty. */
export const drawOne = <Item>(random: Random, items: readonly Item[]): Item => {
  const item = items[drawInteger(random, 0, items.length)];
  if (item === undefined) throw new RangeError('Nothing can be drawn from an empty list.');
  return item;
};

const hexDigits = Buffer.from('0123456789abcdef');
const hyphen = 0x2d;

/** A version 4 uuid, in lower case. */
export const drawUuid = (random: Random): string => {
  // Written byte by byte: a concatenated string stays a rope in memory, which matters with a million tasks.
  const text = Buffer.allocUnsafe(36);
  for (let position = 0; position < 36; position += 1) {
    const digit = position === 14 ? 4 : position === 19 ? drawInteger(random, 8, 12) : drawInteger(random, 0, 16);
    text[position] = hexDigits[digit] ?? 0;
  }
  for (const position of [8, 13, 18, 23]) text[position] = hyphen;
  return text.toString('latin1');
};

/** The same uuid for the same text. */
export const drawUuidOf = (text: string): string =>
  drawUuid(createRandom(createHash('sha256').update(text).digest().readUInt32BE()));
