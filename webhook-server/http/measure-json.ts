const quote = 0x22;
const backslash = 0x5c;
const comma = 0x2c;
const openings = new Set([0x5b, 0x7b]);
const closings = new Set([0x5d, 0x7d]);

/**
 * Counts the values of a JSON text in UTF-8, and how deep they nest, without parsing it: a body of brackets and commas
 * costs a hundred times as much to parse and check as to count. Of text that is not JSON the numbers mean nothing.
 */
export const measureJson = (text: Uint8Array): { values: number; depth: number } => {
  let values = 1;
  let open = 0;
  let depth = 0;
  let isInString = false;
  for (let index = 0; index < text.length; index += 1) {
    const byte = text[index] ?? 0;
    if (isInString) {
      if (byte === backslash) index += 1;
      else if (byte === quote) isInString = false;
    } else if (byte === quote) {
      isInString = true;
    } else if (byte === comma) {
      values += 1;
    } else if (openings.has(byte)) {
      values += 1;
      open += 1;
      depth = Math.max(depth, open);
    } else if (closings.has(byte)) {
      open -= 1;
    }
  }
  return { values, depth };
};
