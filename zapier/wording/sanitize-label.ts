const longest = 80;

/** Everything that would break a line, hide in it or turn its direction. */
const unseen = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\s]+/gu;

const brackets: Readonly<Record<string, string>> = { '<': '‹', '>': '›' };

/** What somebody typed into another program, fit for a label: on one line, short, and never HTML. */
export const sanitizeLabel = (text: string): string => {
  const line = text
    .replace(unseen, ' ')
    .replace(/[<>]/g, (bracket) => brackets[bracket] ?? '')
    .trim();
  const letters = [...line];
  return letters.length > longest ? `${letters.slice(0, longest).join('')}…` : line;
};
