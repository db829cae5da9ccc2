import { type Config, ConfigError, readConfig } from '../config.ts';
import { type Surroundings, VerbError } from './verb.ts';

/** The configuration that a server would have here. */
export const readConfigured = ({ environment }: Pick<Surroundings, 'environment'>): Config => {
  try {
    return readConfig(environment);
  } catch (cause) {
    if (cause instanceof ConfigError) throw new VerbError(cause.message, { cause });
    throw cause;
  }
};
