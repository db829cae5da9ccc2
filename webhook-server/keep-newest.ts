/** Sets a value as the newest one, and forgets the oldest when there are more than `most`. */
export const keepNewest = <Key, Value>(values: Map<Key, Value>, key: Key, value: Value, most: number): void => {
  values.delete(key);
  values.set(key, value);
  const [oldest] = values.keys();
  if (values.size > most && oldest !== undefined) values.delete(oldest);
};
