/** What two processes of a benchmark tell each other. */
export type Message = Record<string, unknown>;

/** @throws TypeError when the message has no such text. */
export const readText = (message: Message, name: string): string => {
  const value = message[name];
  if (typeof value !== 'string') throw new TypeError(`A message has no text “${name}”.`);
  return value;
};

/** @throws TypeError when the message has no such number. */
export const readNumber = (message: Message, name: string): number => {
  const value = message[name];
  if (typeof value !== 'number') throw new TypeError(`A message has no number “${name}”.`);
  return value;
};

/** @throws TypeError when the message has no such list of numbers. */
export const readNumbers = (message: Message, name: string): number[] => {
  const value = message[name];
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'number');
  if (!isList) throw new TypeError(`A message has no list of numbers “${name}”.`);
  return value;
};
