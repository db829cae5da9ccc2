import { readFile } from 'node:fs/promises';
import { beforeAll, describe, expect, test } from '@jest/globals';
import {
  creates,
  definition,
  type Field,
  inputFields,
  type Step,
  searches,
  steps,
  textsIn,
  triggers,
} from '../support/definition.ts';
import { liveInput } from '../support/live-inputs.ts';
import { collectLiveResults, type LiveResult, prepareGround } from '../support/live-results.ts';
import { startRealLoop } from '../support/real-loop.ts';
import { startReceiver } from '../support/receiver.ts';
import { leavesOf, misfits, pathsOf, unclearDates } from '../support/shape.ts';
import { isTitleCase } from '../support/title-case.ts';
import { startTopo } from '../support/topo-sandbox.ts';

// What Zapier checks before it publishes an integration. D019 and D020 do not exist, T001 needs Zapier's own history.
// Each test walks the definition and names whoever does not pass, so that a new step is held to all of it.

const pathsWhere = <Item extends { path: string }>(items: readonly Item[], isBad: (item: Item) => boolean): string[] =>
  items.filter(isBad).map(({ path }) => path);

const authFields = definition.authentication.fields.map((field) => ({ path: `authentication.${field.key}`, field }));
const hooks = triggers.filter(({ operation }) => operation.type === 'hook');
const polling = triggers.filter(({ operation }) => operation.type !== 'hook');
const texts = textsIn(definition);
const proseTexts = texts.filter(({ path }) => /\.(helpText|description)$/.test(path));

const primaryKeysOf = ({ outputFields }: Step): string[] => {
  const primary = outputFields.filter((field) => field.primary === true).map(({ key }) => key);
  return primary.length === 0 ? ['id'] : primary;
};

const lacksPrimaryKey = (step: Step, result: unknown): boolean => {
  const values = new Map(leavesOf(result).map(({ path, value }) => [path, value]));
  return primaryKeysOf(step).some((key) => [undefined, null, ''].includes(values.get(key) as string));
};

/** The step that `find_task.id` or `task_list.id.label` names, and whether the fields that it names are there. */
const isThere = (reference: string, among: readonly Step[]): boolean => {
  const [key, ...fields] = reference.split('.');
  const step = among.find((candidate) => candidate.registeredKey === key);
  return fields.length > 0 && fields.every((field) => pathsOf(step?.operation.sample ?? {}).includes(field));
};

describe('the definition', () => {
  test('D001: no step asks for a credential', () => {
    const looksSecret = ({ key, label = '', type = '' }: Field) =>
      /api.?key|token|passwor[dt]|secret|credential|bearer/i.test(`${key} ${label} ${type}`);
    expect(pathsWhere(inputFields, ({ field }) => looksSecret(field))).toEqual([]);
  });

  test('D002: whatever is asked for to connect, a link says where to find it', () => {
    expect(authFields.length).toBeGreaterThan(0);
    const hasLink = ({ helpText = '' }: Field) => /\[[^\]]+\]\(https:\/\/[^)\s]+\)/.test(helpText);
    expect(pathsWhere(authFields, ({ field }) => !hasLink(field))).toEqual([]);
  });

  test('D003: a connection has a label that tells it from others, made of what the connection test answers', async () => {
    const { connectionLabel } = definition.authentication;
    const { app } = await startTopo();
    const answer = (await app.run('authentication.test')) as Record<string, unknown>;
    const variables = [...String(connectionLabel).matchAll(/\{\{(\w+)\}\}/g)].map(([, name]) => name ?? '');
    expect(typeof connectionLabel).toBe('string');
    expect(variables.length).toBeGreaterThan(0);
    for (const name of variables) expect(answer[name]).toMatch(/\S/);
  });

  test('D004: what takes an id offers a list', () => {
    const takesId = ({ key }: Field) => /(^|_)ids?$/i.test(key);
    const ids = inputFields.filter(({ field }) => takesId(field));
    expect(ids.length).toBeGreaterThan(0);
    expect(pathsWhere(ids, ({ field }) => field.dynamic === undefined)).toEqual([]);
  });

  test('D005: every dropdown is filled by a trigger that exists, with fields that it has', () => {
    const filled = inputFields.filter(({ field }) => field.dynamic !== undefined);
    expect(filled.length).toBeGreaterThan(0);
    expect(pathsWhere(filled, ({ field }) => !isThere(field.dynamic ?? '', polling))).toEqual([]);
  });

  test('D006: every hook trigger has samples for the editor', () => {
    expect(hooks.length).toBeGreaterThan(0);
    expect(pathsWhere(hooks, ({ operation }) => typeof operation.performList !== 'function')).toEqual([]);
  });

  test('D007: every URL is https', () => {
    expect(pathsWhere(texts, ({ text }) => /http:\/\//i.test(text))).toEqual([]);
  });

  test('D008: every link is one that can be clicked', () => {
    const hasStrayLink = ({ text }: { text: string }) => {
      const rest = text.replaceAll(/\[[^[\]]+\]\(https:\/\/[^()\s]+\)/g, '').replaceAll(/`[^`]*`/g, '');
      return /https?:|www\.|\]\(|[[\]]/.test(rest);
    };
    expect(proseTexts.length).toBeGreaterThan(0);
    expect(pathsWhere(proseTexts, hasStrayLink)).toEqual([]);
  });

  test('D009: every search has something to search by', () => {
    expect(pathsWhere(searches, (step) => step.inputFields.length === 0)).toEqual([]);
  });

  test('D010: the sample of every polling trigger has its primary key', () => {
    expect(pathsWhere(polling, (step) => lacksPrimaryKey(step, step.operation.sample))).toEqual([]);
  });

  test('D011: a help text says more than the label', () => {
    const plain = (text = '') => text.toLowerCase().replaceAll(/[^a-z]/g, '');
    const all = [...inputFields, ...authFields];
    expect(pathsWhere(all, ({ field }) => plain(field.helpText) === plain(field.label))).toEqual([]);
  });

  test('D012: every step has a sample', () => {
    expect(pathsWhere(steps, ({ operation }) => Object.keys(operation.sample ?? {}).length === 0)).toEqual([]);
  });

  test('D013: every field that a search can fill names a search that exists', () => {
    const searched = inputFields.filter(({ field }) => field.search !== undefined);
    expect(pathsWhere(searched, ({ field }) => !isThere(field.search ?? '', searches))).toEqual([]);
  });

  test('D014: a field that a search can fill has a dropdown, too', () => {
    const isAlone = ({ search, dynamic }: Field) => search !== undefined && dynamic === undefined;
    expect(pathsWhere(inputFields, ({ field }) => isAlone(field))).toEqual([]);
  });

  test('D015: what finds or creates names a search and an action that exist', () => {
    const pairs = Object.values({ ...definition.searchOrCreates, ...definition.searchAndCreates });
    const names = (among: readonly Step[]) => among.map(({ registeredKey }) => registeredKey);
    for (const { search, create } of pairs) {
      expect(names(searches)).toContain(search);
      expect(names(creates)).toContain(create);
    }
  });

  const isStatic = ({ operation }: Step) =>
    typeof operation.performSubscribe !== 'function' || typeof operation.performUnsubscribe !== 'function';

  test('D016: there is more than a hook that people must set up by hand', () => {
    expect(steps.filter((step) => !hooks.includes(step) || !isStatic(step)).length).toBeGreaterThan(1);
  });

  test('D017: every hook trigger subscribes and unsubscribes by itself', () => {
    expect(pathsWhere(hooks, isStatic)).toEqual([]);
  });

  test('D018: every label is in Title Case', () => {
    expect(pathsWhere(steps, ({ display }) => !isTitleCase(display.label))).toEqual([]);
    expect(pathsWhere([...inputFields, ...authFields], ({ field }) => !isTitleCase(field.label ?? ''))).toEqual([]);
  });

  test('D021: every trigger says “Triggers when … .”', () => {
    expect(pathsWhere(triggers, ({ display }) => !/^Triggers when [^.]+\.$/.test(display.description))).toEqual([]);
  });

  test('D022: every action has fields that are the same for everybody', () => {
    expect(creates.length).toBeGreaterThan(0);
    expect(pathsWhere(creates, (step) => step.inputFields.length === 0)).toEqual([]);
  });

  test('D023: every date in a sample is ISO 8601 with a zone', () => {
    expect(steps.flatMap(({ operation }) => unclearDates(operation.sample))).toEqual([]);
  });

  test('D024: every sample has the output fields, of their types, and no others', () => {
    const found = steps.map(({ path, outputFields, operation }) => [path, misfits(outputFields, operation.sample)]);
    expect(found).toEqual(steps.map(({ path }) => [path, []]));
  });

  test('D025: no text runs a script', () => {
    expect(pathsWhere(texts, ({ text }) => /javascript:|data:|vbscript:/i.test(text))).toEqual([]);
  });

  test('D026: nobody is asked for an address, and one that is typed into a field is never called', async () => {
    const asksForAddress = ({ key, label = '' }: Field) => /domain|host|(^|[_ ])ur[il]\b|site/i.test(`${key} ${label}`);
    expect(pathsWhere([...inputFields, ...authFields], ({ field }) => asksForAddress(field))).toEqual([]);

    const elsewhere = await startReceiver();
    const loop = await startRealLoop();
    const ground = prepareGround(loop);
    const visible = [...creates, ...searches, ...hooks];
    for (const step of visible) {
      const method = `${step.path}.operation.${hooks.includes(step) ? 'performList' : 'perform'}`;
      const usual = hooks.includes(step) ? {} : liveInput(step.key, ground);
      for (const { key } of step.inputFields) {
        const inputData = { ...usual, [key]: `${elsewhere.url}/${ground.task.id}` };
        await loop.app.run(method, { inputData }).catch(() => undefined);
      }
    }
    expect(elsewhere.received).toEqual([]);
  });

  test('D027: the platform version is the one that is installed, for the app and for the tools', async () => {
    const read = async (path: string) => JSON.parse(await readFile(path, 'utf8'));
    const core = await read('node_modules/zapier-platform-core/package.json');
    const cli = await read('node_modules/zapier-platform-cli/package.json');
    const { dependencies } = await read('package.json');
    expect([core.version, cli.version, dependencies['zapier-platform-core']]).toEqual(
      Array(3).fill(definition.platformVersion),
    );
  });

  test('D028: input arrives as it is', () => {
    expect(definition.flags).toHaveProperty('cleanInputData', false);
  });
});

describe('what really comes', () => {
  let live: LiveResult[] = [];
  beforeAll(async () => {
    live = await collectLiveResults();
  });

  const nameOf = ({ step, origin }: LiveResult) => `${step.path} (${origin})`;
  const unique = (names: string[]) => [...new Set(names)];

  test('every step was tried', () => {
    expect(unique(live.map(({ step }) => step.path))).toEqual(steps.map(({ path }) => path));
  });

  test('T002: every result of a trigger has its primary key, each another one', () => {
    const ofTriggers = live.filter(({ step }) => step.kind === 'triggers');
    expect(ofTriggers.filter(({ step, result }) => lacksPrimaryKey(step, result)).map(nameOf)).toEqual([]);
    for (const step of polling) {
      const ids = live
        .filter((one) => one.step === step)
        .map(({ result }) =>
          primaryKeysOf(step)
            .map((key) => leavesOf(result).find(({ path }) => path === key)?.value)
            .join(),
        );
      expect(new Set(ids).size).toBe(ids.length);
    }
  });

  test('T003: every date is ISO 8601 with a zone', () => {
    expect(live.flatMap(({ result }) => unclearDates(result))).toEqual([]);
  });

  test('T004: a result has whatever its sample promises', () => {
    const lacks = ({ step, result }: LiveResult) => {
      const paths = pathsOf(result);
      return pathsOf(step.operation.sample).filter((path) => !paths.includes(path));
    };
    expect(live.filter((one) => lacks(one).length > 0).map((one) => [nameOf(one), lacks(one)])).toEqual([]);
  });

  test('T005: a result has the output fields, of their types', () => {
    const found = live.map((one) => [nameOf(one), misfits(one.step.outputFields, one.result)] as const);
    expect(found.filter(([, problems]) => problems.length > 0)).toEqual([]);
  });

  test('T006: a hook brings whatever the editor’s samples show', () => {
    for (const step of hooks) {
      const ofStep = live.filter((one) => one.step === step);
      const promised = ofStep.filter(({ origin }) => origin !== 'hook').flatMap(({ result }) => pathsOf(result));
      const brought = ofStep.filter(({ origin }) => origin === 'hook').map(({ result }) => pathsOf(result));
      expect(brought.length).toBeGreaterThan(0);
      for (const paths of brought) expect(paths).toEqual(expect.arrayContaining(unique(promised)));
    }
  });
});
