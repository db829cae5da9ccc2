/** What secrets look like, and what is left of them. */
const forms: readonly [RegExp, string][] = [
  [/\bwhsec_[\w+/=-]+/g, '[secret]'],
  [/\btopo_[\w-]{8,}/g, '[secret]'],
  [/\b(Bearer|Basic) +[^\s"\\]+/gi, '$1 [secret]'],
  // A hook URL is a credential, and so is the password of a database.
  [/\b(https?:\/\/)[^\s"\\/@]*@/gi, '$1[secret]@'],
  [/\b(https?:\/\/[^\s"\\/?]+[/?])[^\s"\\]+/gi, '$1[secret]'],
  [/\b(postgres(?:ql)?:\/\/)[^\s"\\]+/gi, '$1[secret]'],
];

/**
 * The same text without what looks like a Topo key, a signing secret, an authorization, or the rest of a URL behind its
 * host. It is the last net: nobody is to hand over a secret in the first place.
 */
export const redact = (text: string): string =>
  forms.reduce((concealed, [form, replacement]) => concealed.replaceAll(form, replacement), text);
