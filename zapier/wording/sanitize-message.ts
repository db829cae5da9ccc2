const secrets = /\b(?:topo|whsec)_[\w+/=-]+|https?:\/\/\S+/gi;
const longest = 300;

/** Makes text from another server safe for our messages: on one line, short, and without keys, secrets or URLs. */
export const sanitizeMessage = (text: string): string => {
  const line = text.replace(secrets, '…').replace(/\s+/g, ' ').trim();
  return line.length > longest ? `${line.slice(0, longest)}…` : line;
};

/** The same, in quotation marks. */
export const quote = (text: string): string => `“${sanitizeMessage(text)}”`;
