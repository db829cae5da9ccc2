import { definition, type Field, type Step, steps } from './definition.ts';
import { pathsOf } from './shape.ts';

type KeptField = { type: string; required: boolean; list: boolean; choices?: string[] };

type KeptStep = {
  type?: string;
  hidden: boolean;
  input: Record<string, KeptField>;
  output: Record<string, string>;
  sample: string[];
};

/** What Zaps, templates and connections of users rest on: keys, types, and what must be filled in. */
export type KeptDefinition = {
  authentication: { type: string; fields: Record<string, KeptField> };
  triggers: Record<string, KeptStep>;
  creates: Record<string, KeptStep>;
  searches: Record<string, KeptStep>;
};

const keepField = ({ type = 'string', required = false, list = false, choices }: Field): KeptField => ({
  type,
  required,
  list,
  ...(choices === undefined ? {} : { choices: choices.map(({ value }) => value) }),
});

const keepFields = (fields: readonly Field[]) =>
  Object.fromEntries(fields.map((field) => [field.key, keepField(field)]));

const keepStep = ({ operation, display, inputFields, outputFields }: Step): KeptStep => ({
  ...(operation.type === undefined ? {} : { type: operation.type }),
  hidden: display.hidden === true,
  input: keepFields(inputFields),
  output: Object.fromEntries(outputFields.map(({ key, type = 'string' }) => [key, type])),
  sample: pathsOf(operation.sample),
});

const keepSteps = (kind: Step['kind']) =>
  Object.fromEntries(steps.filter((step) => step.kind === kind).map((step) => [step.registeredKey, keepStep(step)]));

/** The present definition in the form that is kept. */
export const presentDefinition = (): KeptDefinition => ({
  authentication: { type: definition.authentication.type, fields: keepFields(definition.authentication.fields) },
  triggers: keepSteps('triggers'),
  creates: keepSteps('creates'),
  searches: keepSteps('searches'),
});

/** Each thing that may not go away, by its path, with what may not change about it. */
type Facts = Map<string, string>;

const factsOfFields = (path: string, fields: Record<string, KeptField>): [string, string][] =>
  Object.entries(fields).flatMap(([key, { type, required, list, choices = [] }]): [string, string][] => [
    [`${path}.${key}`, list ? `a list of ${type}` : type],
    [`${path}.${key}, whether it must be filled in`, required ? 'yes' : 'no'],
    ...choices.map((choice): [string, string] => [`${path}.${key}, the choice ${choice}`, 'there']),
  ]);

const factsOfStep = (path: string, { type = 'step', hidden, input, output, sample }: KeptStep): [string, string][] => [
  [path, type],
  [`${path}, whether it is hidden`, hidden ? 'yes' : 'no'],
  ...factsOfFields(`${path}.input`, input),
  ...Object.entries(output).map(([key, is]): [string, string] => [`${path}.output.${key}`, is]),
  ...sample.map((key): [string, string] => [`${path}.sample.${key}`, 'there']),
];

const factsOf = ({ authentication, ...kinds }: KeptDefinition): Facts =>
  new Map([
    ['the type of the authentication', authentication.type] as const,
    ...factsOfFields('authentication', authentication.fields),
    ...Object.entries(kinds).flatMap(([kind, kept]) =>
      Object.entries(kept).flatMap(([key, step]) => factsOfStep(`${kind}.${key}`, step)),
    ),
  ]);

/** Showing what was hidden, and no longer asking for a field, harms no Zap. */
const isHarmless = (path: string, from: string, to: string): boolean =>
  / whether it /.test(path) && from === 'yes' && to === 'no';

/** The steps and the connection, which a new field that must be filled in would stop. */
const ownerOf = (path: string): string => (path.startsWith('authentication.') ? '' : path.replace(/\.input\..*/, ''));

/** What no longer works for those who use what was kept, and what is there besides; a sentence each. */
export const compareDefinitions = (
  kept: KeptDefinition,
  present: KeptDefinition,
): { broken: string[]; added: string[] } => {
  const before = factsOf(kept);
  const now = factsOf(present);
  const broken: string[] = [];
  const added: string[] = [];

  for (const [path, was] of before) {
    const is = now.get(path);
    if (is === undefined) broken.push(`${path} was removed`);
    else if (is !== was) (isHarmless(path, was, is) ? added : broken).push(`${path}: was ${was}, is ${is}`);
  }
  for (const [path, is] of now) {
    if (before.has(path)) continue;
    const owner = ownerOf(path);
    const isDemand = / must be filled in$/.test(path) && is === 'yes' && (owner === '' || before.has(owner));
    (isDemand ? broken : added).push(isDemand ? `${path}: yes, and it is new` : `${path} is new`);
  }
  return { broken, added };
};
