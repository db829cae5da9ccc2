import { quote } from '../wording/sanitize-message.ts';
import { halted } from '../zapier-error.ts';
import { readText } from './read-text.ts';

/** Text copied from other programs may contain invisible marks of the writing direction. */
const withoutMarks = (text: string): string => text.replace(/\p{Cf}/gu, '');

const inBrackets = /^[^<>]*<([^<>]*)>$/;
const link = /^mailto:([^?]*)/i;

/** In a link, signs may be written as `%40`; a text that only looks so stays as it is. */
const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch (error) {
    if (error instanceof URIError) return text;
    throw error;
  }
};

const withoutLink = (text: string): string => {
  const [, address] = link.exec(text) ?? [];
  return address === undefined ? text : decode(address).trim();
};

const isAddress = (text: string): boolean => /^[^@\s]+@[^@\s]+$/.test(text);

/**
 * The e-mail address in `Kim Lindqvist <kim@example.com>` or `mailto:kim@example.com`, also one within the other; any other
 * text as it is.
 */
export const emailIn = (text: string): string => {
  const bare = withoutLink(withoutMarks(text).trim());
  const address = withoutLink((inBrackets.exec(bare)?.[1] ?? '').trim());
  return isAddress(address) ? address : bare;
};

/** The one e-mail address in a field; `undefined` when it is blank. */
export const readEmail = (label: string, value: unknown): string | undefined => {
  const text = readText(label, value);
  return text === undefined ? undefined : emailIn(text);
};

/** As long as an address may be. */
const longest = 320;

/**
 * The same for a required field.
 *
 * @throws HaltedError when it holds no e-mail address.
 */
export const readRequiredEmail = (label: string, value: unknown): string => {
  const email = readEmail(label, value);
  if (email === undefined) {
    throw halted(`The field “${label}” is empty. Choose an e-mail from an earlier step, or type one in.`);
  }
  if (isAddress(email) && email.length <= longest) return email;
  throw halted(`The field “${label}” holds ${quote(email)}, which is no e-mail address, so nothing was changed.`);
};
