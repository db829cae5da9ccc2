import { expect, test } from '@jest/globals';
import packageJson from '../../package.json' with { type: 'json' };
import { definition, inputFields, type Step, searches, steps } from '../support/definition.ts';
import { isTitleCase } from '../support/title-case.ts';
import { askApp } from '../support/zapier-app.ts';

test('Zapier’s schema finds no error', async () => {
  expect(await askApp({ command: 'validate' })).toEqual([]);
});

test('the version is that of package.json', () => {
  expect(definition.version).toBe(packageJson.version);
});

test('the connection hides the key, and says with a link where to get one', () => {
  const { fields } = definition.authentication;
  expect(fields).toEqual([expect.objectContaining({ key: 'api_key', type: 'password', required: true })]);
  expect(fields[0]?.helpText).toMatch(/\[Topo\]\(https:\/\/app\.topo\.io\).*Settings → Developers → API Keys/);
  expect(fields[0]?.helpText).toMatch(/tasks:read.*tasks:write/);
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

const namesAnId = (label: string): boolean => /\bIDs?\b/i.test(label);

test.each(steps)('$path is named as Zapier wants it', ({ key, registeredKey, noun, display }) => {
  const { label, description } = display;
  expect(key).toBe(registeredKey);
  expect(isTitleCase(noun)).toBe(true);
  expect(noun).not.toMatch(/s$/);
  expect(label).not.toMatch(/^(Get|Fetch|Lookup|Search)\b/);
  expect(namesAnId(label)).toBe(false);
  expect(description).toMatch(/^[A-Z].*\.$/);
  expect(`${label} ${noun} ${description}`).not.toMatch(/\b(Topo|Zapier)\b/);
});

test('every search is called “Find …”', () => {
  expect(searches.filter(({ display }) => !/^Find [A-Z]/.test(display.label))).toEqual([]);
});

/** What makes the list of a field shorter stands above it. */
const narrowsList = ({ helpText = '' }: { helpText?: string }): boolean => / in the list of the field “/.test(helpText);

test.each(steps)('$path asks for what it must know first, but for what makes its lists shorter', ({ inputFields }) => {
  const fields = inputFields.filter((field) => !narrowsList(field));
  const isRequired = fields.map(({ required = false }) => required);
  expect(isRequired).toEqual(isRequired.toSorted((one, other) => Number(other) - Number(one)));
});

test.each(steps)('$path has output fields with unique labels in Title Case, none of them an ID', ({ outputFields }) => {
  const labels = outputFields.map(({ label = '' }) => label);
  expect(labels.length).toBeGreaterThan(0);
  expect(labels.filter((label) => !isTitleCase(label) || namesAnId(label))).toEqual([]);
  expect(new Set(labels).size).toBe(labels.length);
});

test.each(steps)('$path outputs dates as dates', ({ outputFields }) => {
  const isMoment = ({ key }: { key: string }) => key.endsWith('_at');
  expect(outputFields.filter((field) => isMoment(field) !== (field.type === 'datetime'))).toEqual([]);
});

test.each(inputFields)('$path has a label without an ID, and a help text in sentences', ({ field }) => {
  const { label = '', helpText = '' } = field;
  expect(namesAnId(label)).toBe(false);
  expect(helpText).toMatch(/^[A-Z].*[.!]$/);
});

const hasManyFields = ({ inputFields }: Step): boolean => inputFields.length >= 8;

test('there are steps with many fields', () => {
  expect(steps.filter(hasManyFields).map(({ path }) => path)).toContain('creates.reassign_task');
});

test.each(steps.filter(hasManyFields))('$path shows its fields in groups, each field in one', (step) => {
  const { inputFieldGroups: groups = [] } = step.operation;
  const labels = groups.map(({ label = '' }) => label);
  expect(groups.length).toBeGreaterThan(1);
  expect(labels.filter((label) => !isTitleCase(label) || namesAnId(label) || label.length > 20)).toEqual([]);
  expect(new Set(labels).size).toBe(labels.length);

  // No field is without a group, and those of one group stand together, in the order of the groups.
  const groupOfEach = step.inputFields.map(({ group }) => group);
  const isStart = (position: number) => groupOfEach[position] !== groupOfEach[position - 1];
  expect(groupOfEach.filter((_, position) => isStart(position))).toEqual(groups.map(({ key }) => key));
});

test('in a step with groups, what makes the list of a field shorter stands in the group of that field', () => {
  for (const { field, step } of inputFields.filter(({ field: { group } }) => group !== undefined)) {
    const [, narrowed] = / in the list of the field “([^”]+)”/.exec(field.helpText ?? '') ?? [];
    if (narrowed === undefined) continue;
    const position = step.inputFields.findIndex(({ label }) => label === narrowed);
    expect(step.inputFields.indexOf(field)).toBeLessThan(position);
    expect(field.group).toBe(step.inputFields[position]?.group);
  }
});

test('every field for a contact’s e-mail shows what one looks like', () => {
  const forEmail = inputFields.filter(({ field: { key } }) => key.endsWith('_email'));
  expect(forEmail.length).toBeGreaterThan(0);
  expect(forEmail.filter(({ field: { placeholder = '' } }) => !/^\S+@\S+\.\S+$/.test(placeholder))).toEqual([]);
});

test('every list of choices has at least two, each with a label and only once', () => {
  for (const { field } of inputFields) {
    if (field.choices === undefined) continue;
    expect(field.choices.length).toBeGreaterThan(1);
    expect(field.choices.every(({ label }) => label.trim() !== '')).toBe(true);
    expect(new Set(field.choices.map(({ value }) => value)).size).toBe(field.choices.length);
  }
});

test('every default is one of the choices', () => {
  for (const { field } of inputFields) {
    if (field.default === undefined || field.choices === undefined) continue;
    expect(field.choices.map(({ value }) => value)).toContain(field.default);
  }
});

test('two runs that reassign one task wait for each other, and for no other account', () => {
  const step = steps.find(({ path }) => path === 'creates.reassign_task');
  expect(step?.operation).toHaveProperty('lock', {
    key: 'reassign-{{bundle.inputData.task_id}}',
    scope: ['auth'],
    timeout: 30,
  });
});
