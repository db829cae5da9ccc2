const fraction = /\.(\d+)/;

/**
 * An ISO 8601 timestamp in microseconds since 1970, so that timestamps with different offsets and numbers of digits
 * compare. Digits after the sixth are cut. A `Date` would keep only milliseconds.
 *
 * @throws RangeError when the text is not a timestamp.
 */
export const microseconds = (timestamp: string): number => {
  const wholeSeconds = Date.parse(timestamp.replace(fraction, ''));
  if (Number.isNaN(wholeSeconds)) throw new RangeError(`“${timestamp}” is not an ISO 8601 timestamp.`);
  const digits = fraction.exec(timestamp)?.[1] ?? '';
  return wholeSeconds * 1000 + Number(digits.slice(0, 6).padEnd(6, '0'));
};
