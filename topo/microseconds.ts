const fraction = /\.(\d+)/;

/**
 * The moment that an ISO 8601 timestamp names, in microseconds since 1970, so that timestamps with other offsets and
 * other numbers of digits compare. Digits past the sixth are cut. A `Date` alone would lose the last three.
 *
 * @throws RangeError when the text is no timestamp.
 */
export const microseconds = (timestamp: string): number => {
  const wholeSeconds = Date.parse(timestamp.replace(fraction, ''));
  if (Number.isNaN(wholeSeconds)) throw new RangeError(`“${timestamp}” is not an ISO 8601 timestamp.`);
  const digits = fraction.exec(timestamp)?.[1] ?? '';
  return wholeSeconds * 1000 + Number(digits.slice(0, 6).padEnd(6, '0'));
};
