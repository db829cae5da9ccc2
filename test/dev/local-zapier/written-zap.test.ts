import { expect, test } from '@jest/globals';
import { AppFault } from '../../../dev/local-zapier/app-fault.ts';
import type { AppStep, InputField } from '../../../dev/local-zapier/app-step.ts';
import { fillIn } from '../../../dev/local-zapier/written-zap/fill-in.ts';
import { runSteps, type ZapRunParts } from '../../../dev/local-zapier/written-zap/run-steps.ts';
import { outputOfApp, outputOfOtherApp } from '../../../dev/local-zapier/written-zap/step-output.ts';
import type { Filled, WrittenStep } from '../../../dev/local-zapier/written-zap/written-step.ts';
import type { Connection } from '../../../dev/local-zapier/zapier-connection.ts';

// Whatever Zapier's editor does not allow must throw here, too.

const field = (key: string, label: string, more: Partial<InputField> = {}): InputField => ({
  key,
  label,
  isRequired: false,
  isList: false,
  isSwitch: false,
  usual: undefined,
  choices: [],
  ...more,
});

const paint: AppStep = {
  kind: 'creates',
  key: 'paint',
  label: 'Paint Wall',
  inputFields: [
    field('wall', 'Wall', { isRequired: true }),
    field('colour', 'Colour', { usual: 'WHITE', choices: [{ label: 'Bright red', value: 'RED' }] }),
    field('helpers', 'Helpers', { isList: true }),
    field('dry', 'Dry Run', { isSwitch: true, usual: 'false' }),
  ],
  outputFields: [
    { key: 'wall__name', label: 'Wall Name' },
    { key: 'coats[]painter__name', label: 'Painters' },
    { key: 'tins[]', label: 'Tins' },
    { key: 'a', label: 'Twice' },
    { key: 'b', label: 'Twice' },
  ],
};

const find: AppStep = { ...paint, kind: 'searches', key: 'find', label: 'Find Wall' };

const written = (fields: Record<string, Filled>, event = 'Paint Wall', number = 2): WrittenStep => ({
  number,
  app: 'Walls',
  event,
  fields: Object.entries(fields).map(([label, filled]) => ({ label, filled })),
});

const earlier = new Map([[1, outputOfOtherApp({ Wall: 'north', Helpers: ['Ada', 'Grace'], Nobody: null, Count: 3 })]]);

const fill = (fields: Record<string, Filled>) => fillIn(paint, written({ Wall: ['north'], ...fields }), earlier);

test('fields and choices are found by label, and other fields keep their defaults', () => {
  expect(fill({ Colour: ['Bright red'], 'Dry Run': ['Yes'] }).inputData).toEqual({
    wall: 'north',
    colour: 'RED',
    dry: 'true',
  });
  expect(fill({}).inputData).toEqual({ wall: 'north', colour: 'WHITE', dry: 'false' });
  expect(fill({ Colour: [] }).inputData).toMatchObject({ colour: '' });
});

test('a mapped value becomes text, also within other text; a list stays a list in a list field', () => {
  const helpers = { step: 1, label: 'Helpers' };
  expect(
    fill({ Wall: ['The ', { step: 1, label: 'Wall' }, ' wall, ', { step: 1, label: 'Count' }] }).inputData,
  ).toMatchObject({
    wall: 'The north wall, 3',
  });
  expect(fill({ Wall: [helpers], Helpers: [helpers] }).inputData).toMatchObject({
    wall: 'Ada,Grace',
    helpers: ['Ada', 'Grace'],
  });
  expect(fill({ Helpers: ['Ada'] }).inputData).toMatchObject({ helpers: ['Ada'] });
});

test('a list that is written several times takes all of it, and any other field takes one value', () => {
  const twice = (label: string) => {
    const step = written({ Wall: ['north'] });
    const lines = ['Ada', 'Grace'].map((name) => ({ label, filled: [name] }));
    return () => fillIn(paint, { ...step, fields: [...step.fields, ...lines] }, earlier);
  };
  expect(twice('Helpers')().inputData).toMatchObject({ helpers: ['Ada', 'Grace'] });
  expect(twice('Helpers')().inputDataRaw).toMatchObject({ helpers: ['Ada', 'Grace'] });
  expect(twice('Wall')).toThrow('“Wall” takes one value.');
});

test('the app sees that a value was mapped, even when it is empty', () => {
  const { inputData, inputDataRaw } = fill({ Wall: [{ step: 1, label: 'Nobody' }] });
  expect(inputData).toMatchObject({ wall: '', colour: 'WHITE' });
  expect(inputDataRaw).toMatchObject({ wall: '{{1__Nobody}}', colour: 'WHITE' });
});

test.each<[string, Record<string, Filled>, string]>([
  ['a field that is not there', { Color: ['Bright red'] }, 'Nothing is called “Color” here. There is: Wall, Colour,'],
  ['a choice that is not there', { Colour: ['RED'] }, 'Nothing is called “RED” here. There is: Bright red.'],
  ['a switch that is neither on nor off', { 'Dry Run': ['Perhaps'] }, 'Nothing is called “Perhaps” here'],
  ['something that an earlier step does not give', { Wall: [{ step: 1, label: 'Roof' }] }, 'Nothing is called “Roof”'],
  ['a step that is not earlier', { Wall: [{ step: 2, label: 'Wall' }] }, 'There is no step 2 before this one.'],
])('%s cannot be set up', (_what, fields, message) => {
  expect(() => fill(fields)).toThrow(message);
});

test('a required field must be filled in', () => {
  expect(() => fillIn(paint, written({}), earlier)).toThrow('“Walls: Paint Wall” requires the field “Wall”.');
});

test('the output of a step of the app is found by label, also inside objects and lists', () => {
  const output = { wall: { name: 'north' }, coats: [{ painter: { name: 'Ada' } }, { painter: null }], tins: ['red'] };
  const given = outputOfApp(paint.outputFields, output);
  expect(given('Wall Name')).toBe('north');
  expect(given('Painters')).toEqual(['Ada', undefined]);
  expect(given('Tins')).toEqual(['red']);
  expect(() => given('Roof')).toThrow('Nothing is called “Roof” here.');
  expect(() => given('Twice')).toThrow('2 are called “Twice” here.');
});

const trigger: WrittenStep = { number: 1, app: 'Elsewhere', event: 'Trigger', fields: [] };

/** Runs steps with an app that returns the given results. */
const run = (steps: WrittenStep[], answers: { act?: unknown; search?: unknown } = {}, played: string[] = []) => {
  const answer = (given: unknown) => (given instanceof Error ? Promise.reject(given) : Promise.resolve(given));
  const connection = { act: () => answer(answers.act), search: () => answer(answers.search) } as unknown as Connection;
  const parts: ZapRunParts = {
    connection,
    appName: 'Walls',
    appSteps: [paint, find],
    otherApps: {
      'Filter: Stop': async () => 'filtered',
      'Mail: Send': async ({ Text = '' }) => {
        played.push(Text);
        return { Sent: 'yes' };
      },
    },
  };
  return runSteps(parts, [trigger, ...steps], outputOfOtherApp({ Wall: 'north' }));
};

const mail = (number: number, text: Filled): WrittenStep => ({
  number,
  app: 'Mail',
  event: 'Send',
  fields: [{ label: 'Text', filled: text }],
});

const findWall = written({ Wall: [{ step: 1, label: 'Wall' }] }, 'Find Wall');

test('a search passes on its first result', async () => {
  const played: string[] = [];
  const search = [{ wall: { name: 'first' } }, { wall: { name: 'second' } }];
  const zapRun = await run([findWall, mail(3, ['The ', { step: 2, label: 'Wall Name' }])], { search }, played);
  expect(zapRun.status).toBe('success');
  expect(zapRun.outputs.get(2)).toEqual({ wall: { name: 'first' } });
  expect(played).toEqual(['The first']);
});

test('a search that finds nothing stops the run', async () => {
  const played: string[] = [];
  const zapRun = await run([findWall, mail(3, ['never'])], { search: [] }, played);
  expect(zapRun).toMatchObject({ status: 'halted', at: 2, reason: 'Nothing could be found for the search.' });
  expect(played).toEqual([]);
});

test.each([
  ['HaltedError', 'halted'],
  ['ExpiredAuthError', 'errored'],
  ['ThrottledError', 'errored'],
])('a step that throws %s stops the run as %s', async (error, status) => {
  const played: string[] = [];
  const zapRun = await run(
    [written({ Wall: ['north'] }), mail(3, ['never'])],
    { act: new AppFault(error, 'Why.') },
    played,
  );
  expect(zapRun).toMatchObject({ status, at: 2, reason: 'Why.' });
  expect(played).toEqual([]);
});

test('a filter stops the run', async () => {
  const played: string[] = [];
  const filter: WrittenStep = { number: 2, app: 'Filter', event: 'Stop', fields: [] };
  expect(await run([filter, mail(3, ['never'])], {}, played)).toMatchObject({ status: 'filtered', at: 2 });
  expect(played).toEqual([]);
});

test('a step without a stand-in and a step that the app does not have throw', async () => {
  await expect(run([{ ...mail(2, ['x']), event: 'Forward' }])).rejects.toThrow('Nobody plays “Mail: Forward”.');
  await expect(run([written({}, 'Burn Wall')])).rejects.toThrow('Nothing is called “Burn Wall” here.');
});

test('a failure of the local Zapier itself throws instead of ending the run', async () => {
  await expect(run([written({ Wall: ['north'] })], { act: new Error('The app process ended.') })).rejects.toThrow(
    'ended',
  );
});
