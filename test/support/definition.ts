import app from '../../index.ts';

/** A field of a step, or of the connection, as far as the tests look at it. */
export type Field = {
  key: string;
  label?: string;
  helpText?: string;
  type?: string;
  required?: boolean;
  list?: boolean;
  primary?: boolean;
  children?: Field[];
  default?: string;
  dynamic?: string;
  search?: string;
  choices?: { value: string; label: string }[];
  group?: string;
  placeholder?: string;
};

type Operation = {
  type?: 'polling' | 'hook';
  inputFields?: (Field | (() => unknown))[];
  inputFieldGroups?: { key: string; label?: string }[];
  outputFields?: (Field | (() => unknown))[];
  sample?: Record<string, unknown>;
  perform: unknown;
  performList?: unknown;
  performSubscribe?: unknown;
  performUnsubscribe?: unknown;
};

export type Kind = 'triggers' | 'creates' | 'searches';

/** A trigger, an action or a search. `path` is where core finds it, such as `creates.reassign_task`. */
export type Step = {
  kind: Kind;
  path: string;
  /** The key that it is registered under. */
  registeredKey: string;
  key: string;
  noun: string;
  display: { label: string; description: string; hidden?: boolean };
  operation: Operation;
  inputFields: Field[];
  outputFields: Field[];
};

/** The definition as data: which kinds of steps there are is not taken for granted. */
export const definition = app as unknown as Partial<Record<Kind, Record<string, Step>>> & {
  authentication: { type: string; fields: Field[]; connectionLabel: unknown };
  searchOrCreates?: Record<string, { search: string; create: string }>;
  searchAndCreates?: Record<string, { search: string; create: string }>;
  flags: Record<string, unknown>;
  platformVersion: string;
  version: string;
};

/** Fields that are the same for everybody; a function makes fields for one account. */
const fixedFields = (fields: Operation['inputFields'] = []): Field[] =>
  fields.filter((field): field is Field => typeof field === 'object');

/** What stands in a list has a path as values have: `changes[]task__id`. */
const flattened = (fields: Field[]): Field[] =>
  fields.flatMap(({ key, children, ...field }) =>
    children === undefined
      ? [{ ...field, key }]
      : flattened(children).map((child) => ({ ...child, key: `${key}[]${child.key}` })),
  );

const stepsOf = (kind: Kind): Step[] =>
  Object.entries(definition[kind] ?? {}).map(([registeredKey, step]) => ({
    ...step,
    kind,
    path: `${kind}.${registeredKey}`,
    registeredKey,
    inputFields: fixedFields(step.operation.inputFields),
    outputFields: flattened(fixedFields(step.operation.outputFields)),
  }));

export const triggers = stepsOf('triggers');
export const creates = stepsOf('creates');
export const searches = stepsOf('searches');

/** Whatever the app can do, what is hidden too. */
export const steps = [...triggers, ...creates, ...searches];

/** Every input field of every step, with its path, such as `creates.reassign_task.task_id`. */
export const inputFields = steps.flatMap((step) =>
  step.inputFields.map((field) => ({ path: `${step.path}.${field.key}`, step, field })),
);

/** Every text in the definition, with where it stands. */
export const textsIn = (value: unknown, path = ''): { path: string; text: string }[] => {
  if (typeof value === 'string') return [{ path, text: value }];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([key, inner]) => textsIn(inner, path === '' ? key : `${path}.${key}`));
};
