const longest = 80;

/** Line breaks, control characters, and invisible marks such as those that change the writing direction. */
const invisible = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

const brackets: Readonly<Record<string, string>> = { '<': '‹', '>': '›' };

/** Makes foreign text safe for a label: on one line, short, and never HTML. */
export const sanitizeLabel = (text: string): string => {
  const line = text
    .replace(invisible, ' ')
    .replace(/[<>]/g, (bracket) => brackets[bracket] ?? '')
    .trim();
  const letters = [...line];
  return letters.length > longest ? `${letters.slice(0, longest).join('')}…` : line;
};
