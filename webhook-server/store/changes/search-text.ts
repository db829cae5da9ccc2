/**
 * What a search compares: small letters without accents, one space between words, and plain signs for typographic ones.
 * What is searched and what is searched for go through it alike.
 */
export const searchTextOf = (parts: readonly (string | null)[]): string =>
  parts
    .flatMap((part) => part ?? [])
    .join('\n')
    .normalize('NFKD')
    .replaceAll(/\p{M}/gu, '')
    .replaceAll(/[‘’ʼ]/g, "'")
    .replaceAll(/[‐‑‒–—]/g, '-')
    .toLowerCase()
    .replaceAll(/[^\S\n]+/g, ' ');

/** By what an e-mail address is found, whatever its case. */
export const emailKeyOf = (email: string): string => email.trim().toLowerCase();

/** What a column of search texts is `like` when it holds this text; with `escape '\'`. */
export const likePattern = (text: string): string => `%${searchTextOf([text]).replaceAll(/[\\%_]/g, '\\$&')}%`;
