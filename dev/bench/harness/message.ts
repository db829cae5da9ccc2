/** What the processes of a benchmark send each other. */
export type IpcMessage = Record<string, unknown>;

/** @throws TypeError when the message has no such text. */
export const readText = (message: IpcMessage, name: string): string => {
  const value = message[name];
  if (typeof value !== 'string') throw new TypeError(`A message has no text “${name}”.`);
  return value;
};

/** @throws TypeError when the message has no such number. */
export const readNumber = (message: IpcMessage, name: string): number => {
  const value = message[name];
  if (typeof value !== 'number') throw new TypeError(`A message has no number “${name}”.`);
  return value;
};

/** @throws TypeError when the message has no such list of numbers. */
export const readNumbers = (message: IpcMessage, name: string): number[] => {
  const value = message[name];
  const isList = Array.isArray(value) && value.every((item) => typeof item === 'number');
  if (!isList) throw new TypeError(`A message has no list of numbers “${name}”.`);
  return value;
};
