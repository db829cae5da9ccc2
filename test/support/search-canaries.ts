/** The ways in which a text can be written so that somebody could read it back. */
const formsOf = (canary: string): string[] => {
  const bytes = Buffer.from(canary);
  // In base64 a text looks different at each of three offsets; its first and last characters depend on its neighbours.
  const inBase64 = [0, 1, 2].map((offset) =>
    Buffer.concat([Buffer.alloc(offset), bytes])
      .toString('base64')
      .slice(offset === 0 ? 0 : 4, -4),
  );
  const forms = [
    canary,
    canary.toUpperCase(),
    bytes.toString('hex'),
    encodeURIComponent(canary),
    JSON.stringify(canary).slice(1, -1),
    [...canary].reverse().join(''),
    bytes.toString('utf16le'),
    ...inBase64,
    ...inBase64.map((text) => text.replaceAll('+', '-').replaceAll('/', '_')),
  ];
  return [...new Set(forms)];
};

/** Which of these secrets stand in which of these texts, in whatever form. Says where, and how the secret begins. */
export const searchCanaries = (canaries: readonly string[], texts: Record<string, readonly string[]>): string[] => {
  const forms = canaries.flatMap((canary) => formsOf(canary).map((form) => ({ canary, form })));
  return Object.entries(texts).flatMap(([where, list]) =>
    list.flatMap((text) =>
      forms
        .filter(({ form }) => text.includes(form))
        .map(({ canary, form }) => {
          const at = text.indexOf(form);
          return `${canary} in ${where}: …${text.slice(Math.max(0, at - 80), at + form.length + 20)}…`;
        }),
    ),
  );
};
