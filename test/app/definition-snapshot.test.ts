import { readFile, writeFile } from 'node:fs/promises';
import { describe, expect, test } from '@jest/globals';
import { compareDefinitions, type KeptDefinition, presentDefinition } from '../support/kept-definition.ts';

// C001, C002 and C003: Zaps and their templates rest on keys. What was published is kept in a file, and what breaks it is
// found here before Zapier's users find it.

const file = new URL('definition-snapshot.json', import.meta.url);
const read = async (): Promise<KeptDefinition> => JSON.parse(await readFile(file, 'utf8'));

/** `yes` writes what was added; `breaking` also what was removed. Nothing is written where tests run by themselves. */
const keep = process.env['CI'] === undefined ? process.env['KEEP_DEFINITION'] : undefined;

test('nothing that Zaps rest on was removed, hidden or changed, and what was added is kept', async () => {
  const present = presentDefinition();
  const { broken, added } = compareDefinitions(await read(), present);

  if (keep === 'breaking' || (keep === 'yes' && broken.length === 0)) {
    await writeFile(file, `${JSON.stringify(present, null, 2)}\n`);
    return;
  }
  const advice = [
    ...(broken.length === 0
      ? []
      : [
          'This breaks Zaps that people have. Put it back; if it must go, KEEP_DEFINITION=breaking npm run keep:definition',
        ]),
    ...(added.length === 0 ? [] : ['This is new, and is kept from now on after npm run keep:definition']),
  ];
  expect({ broken, added, advice }).toEqual({ broken: [], added: [], advice: [] });
});

describe('the comparison', () => {
  const changed = (change: (copy: KeptDefinition) => void) => {
    const kept = presentDefinition();
    const copy = structuredClone(kept);
    change(copy);
    return compareDefinitions(kept, copy);
  };
  const trigger = (copy: KeptDefinition) => {
    const found = copy.triggers['task_reassigned'];
    if (found === undefined) throw new Error('There is no such trigger.');
    return found;
  };
  const field = (type: string, required: boolean) => ({ type, required, list: false });

  test('finds nothing when nothing changed', () => {
    expect(changed(() => {})).toEqual({ broken: [], added: [] });
  });

  test.each<[string, (copy: KeptDefinition) => void, string]>([
    ['C001: a step that was removed', (copy) => delete copy.triggers['task_reassigned'], 'task_reassigned was removed'],
    [
      'C001: a step that was hidden',
      (copy) => {
        trigger(copy).hidden = true;
      },
      'whether it is hidden: was no, is yes',
    ],
    ['C002: an input field that was removed', (copy) => delete trigger(copy).input['kinds'], 'input.kinds was removed'],
    [
      'C002: an input field of another type',
      (copy) => {
        trigger(copy).input['kinds'] = field('boolean', false);
      },
      'input.kinds: was a list of string, is boolean',
    ],
    [
      'C002: a choice that was removed',
      (copy) => trigger(copy).input['kinds']?.choices?.pop(),
      'the choice unassigned was removed',
    ],
    [
      'C002: a new field that must be filled in',
      (copy) => {
        trigger(copy).input['team'] = field('string', true);
      },
      'input.team, whether it must be filled in: yes, and it is new',
    ],
    [
      'C002: a new demand of the connection',
      (copy) => {
        copy.authentication.fields['region'] = field('string', true);
      },
      'authentication.region, whether it must be filled in: yes, and it is new',
    ],
    [
      'C002: a connection of another type, which would end all that people have',
      (copy) => {
        copy.authentication.type = 'oauth2';
      },
      'the type of the authentication: was custom, is oauth2',
    ],
    [
      'C003: a key of the sample that was removed',
      (copy) => {
        trigger(copy).sample = trigger(copy).sample.filter((key) => key !== 'kind');
      },
      'sample.kind was removed',
    ],
    [
      'C003: an output field of another type',
      (copy) => {
        trigger(copy).output['batch_size'] = 'string';
      },
      'output.batch_size: was integer, is string',
    ],
  ])('finds %s', (_what, change, sentence) => {
    expect(changed(change).broken.join('\n')).toContain(sentence);
  });

  test.each<[string, (copy: KeptDefinition) => void]>([
    [
      'a new field that may stay empty',
      (copy) => {
        trigger(copy).input['team'] = field('string', false);
      },
    ],
    [
      'a new step, whatever it asks for',
      (copy) => {
        copy.searches['find_team'] = { hidden: false, input: { name: field('string', true) }, output: {}, sample: [] };
      },
    ],
    [
      'a step that is shown now',
      (copy) => {
        const hidden = copy.triggers['task_list'];
        if (hidden !== undefined) hidden.hidden = false;
      },
    ],
    [
      'a field that need not be filled in any more',
      (copy) => {
        copy.authentication.fields['api_key'] = field('password', false);
      },
    ],
  ])('takes %s as an addition', (_what, change) => {
    const { broken, added } = changed(change);
    expect(broken).toEqual([]);
    expect(added).not.toEqual([]);
  });
});
