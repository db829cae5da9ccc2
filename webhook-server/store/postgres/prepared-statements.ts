import { createHash } from 'node:crypto';

type Text = { text: string; values: unknown[] };

/** A connection keeps what it has prepared, so texts that are many, as those of searches are, are not all prepared. */
const mostPrepared = 500;

/**
 * Names each text, so that a connection parses and plans it once: to plan a long statement takes longer than to run it.
 * Texts beyond the first 500 get no name.
 */
export const createNames = () => {
  const names = new Map<string, string>();
  return ({ text, values }: Text): Text & { name?: string } => {
    const known = names.get(text);
    if (known !== undefined) return { name: known, text, values };
    if (names.size >= mostPrepared) return { text, values };
    const name = createHash('sha256').update(text).digest('hex').slice(0, 32);
    names.set(text, name);
    return { name, text, values };
  };
};
