const smallWords = ['a', 'an', 'and', 'at', 'by', 'for', 'from', 'in', 'of', 'on', 'or', 'per', 'the', 'to', 'with'];

/** Whether every word begins with a capital, except for small ones in the middle. */
export const isTitleCase = (label: string): boolean => {
  const words = label.split(' ');
  const isInside = (index: number) => index > 0 && index < words.length - 1;
  return words.every((word, index) => /^[A-Z]/.test(word) || (isInside(index) && smallWords.includes(word)));
};
