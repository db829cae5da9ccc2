import { readFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import app from '../index.ts';
import { askApp } from './support/zapier-app.ts';

type Field = {
  key: string;
  label?: string;
  helpText?: string;
  required?: boolean;
  dynamic?: string;
  choices?: { value: string; label: string }[];
  type?: string;
};
type Operation = {
  type?: string;
  inputFields?: Field[];
  outputFields: Field[];
  sample: Record<string, unknown>;
  performList?: unknown;
  performSubscribe?: unknown;
  performUnsubscribe?: unknown;
};
type Step = {
  key: string;
  noun: string;
  display: { label: string; description: string; hidden?: boolean };
  operation: Operation;
};

const stepsOf = (steps: object) => Object.entries(steps) as unknown as [string, Step][];
const triggers = stepsOf(app.triggers);
const creates = stepsOf(app.creates);
const steps = [...triggers, ...creates];
const inputFields = steps.flatMap(([key, { operation }]) =>
  (operation.inputFields ?? []).map((field) => [`${key}.${field.key}`, field] as const),
);
const authFields = app.authentication?.fields ?? [];

const smallWords = ['a', 'an', 'and', 'at', 'by', 'for', 'from', 'in', 'of', 'on', 'or', 'the', 'to', 'with'];
const isTitleCase = (label: string): boolean =>
  label.split(' ').every((word, index) => /^[A-Z]/.test(word) || (index > 0 && smallWords.includes(word)));

/** The paths of the values in a sample, as output fields write them: `task__id`, `changes[]task__id`. */
const pathsIn = (value: unknown, path = ''): string[] => {
  if (Array.isArray(value)) return pathsIn(value[0], `${path}[]`);
  if (typeof value !== 'object' || value === null) return [path];
  const separator = path === '' || path.endsWith('[]') ? '' : '__';
  return Object.entries(value).flatMap(([key, inner]) => pathsIn(inner, `${path}${separator}${key}`));
};

const textsIn = (value: unknown): string[] => {
  if (typeof value === 'string') return [value];
  return typeof value === 'object' && value !== null ? Object.values(value).flatMap(textsIn) : [];
};

test('Zapier’s schema finds no fault', async () => {
  expect(await askApp({ command: 'validate' })).toEqual([]);
});

test('nothing that Zaps use disappears', () => {
  expect(triggers.map(([key, { display }]) => [key, display.hidden ?? false])).toEqual([
    ['task_reassigned', false],
    ['task_list', true],
    ['person_list', true],
  ]);
  expect(creates.map(([key]) => key)).toEqual(['reassign_task']);
  expect(inputFields.map(([path, { required }]) => `${path}${required ? '*' : ''}`)).toEqual([
    'task_reassigned.kinds',
    'task_reassigned.new_assignee_ids',
    'task_reassigned.previous_assignee_ids',
    'task_reassigned.task_types',
    'task_reassigned.priorities',
    'reassign_task.task_id*',
    'reassign_task.assignee_user_id*',
    'reassign_task.scope',
  ]);
});

test('the versions are those of package.json', async () => {
  const { version, dependencies } = JSON.parse(await readFile('package.json', 'utf8'));
  expect(app).toMatchObject({ version, platformVersion: dependencies['zapier-platform-core'] });
});

test('blanks arrive as they are', () => {
  expect(app.flags).toEqual({ cleanInputData: false });
});

describe('the connection', () => {
  test('has a label that is made of the key’s name and prefix', () => {
    expect(app.authentication?.connectionLabel).toBe('{{name}} ({{key_prefix}}…)');
  });

  test('hides the key, and says with a link where to get one', () => {
    expect(authFields).toEqual([expect.objectContaining({ key: 'api_key', type: 'password', required: true })]);
    expect(authFields[0]?.helpText).toMatch(/\[Topo\]\(https:\/\/app\.topo\.io\).*Settings → Developers → API Keys/);
    expect(authFields[0]?.helpText).toMatch(/tasks:read.*tasks:write/);
  });
});

// In this file no variable is set: elsewhere a blank one would hide that core answers unset ones with a placeholder.
test('Zapier can derive how requests are authenticated', async () => {
  const results = await askApp({ command: 'getAuthTemplate', calledFromCli: true, bundle: {} });
  expect(results).toEqual({
    supported: true,
    authType: 'custom',
    source: 'authentication.test',
    template: { headers: { accept: 'application/json', Authorization: 'Bearer {{bundle.authData.api_key}}' } },
  });
});

describe.each(steps)('%s', (key, { key: ownKey, noun, display, operation }) => {
  const { label, description } = display;

  test('has a name and a description as Zapier wants them', () => {
    expect(ownKey).toBe(key);
    for (const name of [noun, label]) expect(isTitleCase(name)).toBe(true);
    expect(noun).not.toMatch(/s$/);
    expect(description).toMatch(/^[A-Z].*\.$/);
    expect(`${label} ${description}`).not.toMatch(/Topo|Zapier/);
  });

  test('has a sample of just the fields that it gives on', () => {
    expect(pathsIn(operation.sample).sort()).toEqual(operation.outputFields.map((field) => field.key).sort());
  });

  test('has output labels in Title Case, each once and none an ID', () => {
    const labels = operation.outputFields.map((field) => field.label ?? '');
    for (const each of labels) {
      expect(isTitleCase(each)).toBe(true);
      expect(each).not.toMatch(/\bIDs?\b/);
    }
    expect(new Set(labels).size).toBe(labels.length);
  });

  test('has dates with a zone where the fields say so', () => {
    const dates = operation.outputFields.filter(({ type }) => type === 'datetime').map((field) => field.key);
    expect(dates.every((path) => path.endsWith('_at'))).toBe(true);
    for (const text of textsIn(operation.sample).filter((each) => /^\d{4}-\d\d-\d\d/.test(each))) {
      expect(text).toMatch(/^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?(Z|[+-]\d\d:\d\d)$/);
    }
  });

  test('asks for what it must know first', () => {
    const isRequired = (operation.inputFields ?? []).map(({ required }) => required ?? false);
    expect(isRequired).toEqual([...isRequired].sort((one, other) => Number(other) - Number(one)));
  });

  test('asks for no credentials', () => {
    const keys = (operation.inputFields ?? []).map((field) => `${field.key} ${field.type}`);
    expect(keys.join()).not.toMatch(/key\b|token|password|secret/i);
  });
});

describe.each(inputFields)('the field %s', (_path, field) => {
  test('has a name in Title Case and a help text that says more', () => {
    const { label = '', helpText = '' } = field;
    expect(isTitleCase(label)).toBe(true);
    expect(label).not.toMatch(/\bIDs?\b/);
    expect(helpText).toMatch(/[.!]$/);
    expect(helpText.toLowerCase()).not.toBe(label.toLowerCase());
    expect(helpText).not.toMatch(/javascript:|http:/);
  });

  test('offers a list', () => {
    const { dynamic, choices } = field;
    if (dynamic === undefined) return expect(choices?.length).toBeGreaterThan(1);
    const [trigger = '', ...keys] = dynamic.split('.');
    const source = triggers.find(([key]) => key === trigger)?.[1];
    expect(source?.display.hidden).toBe(true);
    for (const key of keys) expect(source?.operation.sample).toHaveProperty(key);
  });
});

describe.each(triggers)('the trigger %s', (_key, { display, operation }) => {
  test('says when it triggers', () => {
    expect(display.description).toMatch(/^Triggers when [a-z].*\.$/);
  });

  test('can be tested, turned on and turned off', () => {
    if (operation.type !== 'hook') return expect(operation.sample).toHaveProperty('id');
    const { performList, performSubscribe, performUnsubscribe } = operation;
    for (const each of [performList, performSubscribe, performUnsubscribe]) expect(each).toBeInstanceOf(Function);
  });
});
