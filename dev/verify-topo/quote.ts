/** Makes foreign text safe for a terminal: without control characters, and short. */
export const quote = (text: string, mostLength = 160): string => text.replaceAll(/\p{Cc}+/gu, ' ').slice(0, mostLength);
