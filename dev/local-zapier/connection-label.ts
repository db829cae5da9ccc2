import { isRecord } from './is-record.ts';

const labelOf = (definition: unknown): unknown => {
  if (!isRecord(definition)) return undefined;
  const { authentication } = definition;
  return isRecord(authentication) ? authentication['connectionLabel'] : undefined;
};

type Known = { authData: Record<string, string>; testResult: unknown };

const lookUp = (path: string, { authData, testResult }: Known): string => {
  const [, place, field = ''] = /^(?:bundle\.(authData|inputData)\.)?(\w+)$/.exec(path) ?? [];
  const result = isRecord(testResult) ? testResult : {};
  const value = place === 'authData' ? authData[field] : result[field];
  return value === undefined || value === null ? '' : String(value);
};

/**
 * The name that Zapier shows for a connection: the app's `connectionLabel`, where `{{field}}` and
 * `{{bundle.inputData.field}}` come from the connection test and `{{bundle.authData.field}}` from the connection.
 *
 * @throws TypeError when the label is not a string: a function would hide what it needs.
 */
export const connectionLabel = (definition: unknown, known: Known): string => {
  const label = labelOf(definition);
  if (typeof label !== 'string') throw new TypeError('The app has no connection label that is a text.');
  return label.replaceAll(/{{([^}]+)}}/g, (_all, path: string) => lookUp(path.trim(), known));
};
