import { isRecord } from './is-record.ts';

/** A field of a step as the editor shows it; `choices` is empty where any text may be entered. */
export type InputField = {
  key: string;
  label: string;
  isRequired: boolean;
  isList: boolean;
  isSwitch: boolean;
  /** The default value. */
  usual: string | undefined;
  choices: readonly { label: string; value: string }[];
};

/** A value that later steps can map. `key` is a path such as `new_assignee__email` or `moved_tasks[]id`. */
export type OutputField = { key: string; label: string };

/** A trigger, an action or a search of the app, as the editor offers it. */
export type AppStep = {
  kind: 'triggers' | 'creates' | 'searches';
  key: string;
  label: string;
  inputFields: readonly InputField[];
  outputFields: readonly OutputField[];
};

const kinds = ['triggers', 'creates', 'searches'] as const;

const recordsIn = (value: unknown): Record<string, unknown>[] => (Array.isArray(value) ? value.filter(isRecord) : []);

const recordIn = (value: unknown): Record<string, unknown> => (isRecord(value) ? value : {});

const readInputField = (field: Record<string, unknown>): InputField => ({
  key: String(field['key']),
  label: String(field['label']),
  isRequired: field['required'] === true,
  isList: field['list'] === true,
  isSwitch: field['type'] === 'boolean',
  usual: typeof field['default'] === 'string' ? field['default'] : undefined,
  choices: recordsIn(field['choices']).map(({ label, value }) => ({ label: String(label), value: String(value) })),
});

const readOutputFields = ({ key, label, children }: Record<string, unknown>): OutputField[] => {
  if (children === undefined) return [{ key: String(key), label: String(label) }];
  return recordsIn(children)
    .flatMap(readOutputFields)
    .map((child) => ({ ...child, key: `${String(key)}[]${child.key}` }));
};

/** Reads the steps that the app's definition offers, without those hidden from the editor. */
export const readAppSteps = (definition: unknown): AppStep[] =>
  kinds.flatMap((kind) =>
    Object.values(recordIn(recordIn(definition)[kind])).flatMap((step) => {
      const { key, display, operation } = recordIn(step);
      if (recordIn(display)['hidden'] === true) return [];
      const { inputFields, outputFields } = recordIn(operation);
      return {
        kind,
        key: String(key),
        label: String(recordIn(display)['label']),
        inputFields: recordsIn(inputFields).map(readInputField),
        outputFields: recordsIn(outputFields).flatMap(readOutputFields),
      };
    }),
  );
