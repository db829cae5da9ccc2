import { type Config, ConfigError, givenVariables, readConfig, settingNames } from '../../config.ts';
import { findMisspelt } from '../../misspelt-settings.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'settings';

type Environment = Readonly<Record<string, string | undefined>>;

const misspelt = (environment: Environment): Finding[] =>
  findMisspelt(Object.keys(givenVariables(environment)), settingNames).map(({ name, probably }) =>
    warning(check, `${name} is no setting of this server. ${probably} may be meant.`),
  );

/** Reads the settings. Without a configuration nothing else can be looked at. */
export const checkSettings = (environment: Environment): { config: Config | undefined; findings: Finding[] } => {
  const warnings = misspelt(environment);
  try {
    const config = readConfig(environment);
    const findings = warnings.length > 0 ? warnings : [ok(check, 'All variables can be read.')];
    return { config, findings };
  } catch (error) {
    if (!(error instanceof ConfigError)) throw error;
    const [, ...lines] = error.message.split('\n');
    return { config: undefined, findings: [...lines.map((line) => wrong(check, `${line.trim()}.`)), ...warnings] };
  }
};
