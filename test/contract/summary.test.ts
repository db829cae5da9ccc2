import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { eventTypes } from '../../contract/event.ts';
import { type Summarized, summaryOf } from '../../contract/summary.ts';

const kim = { user_id: 'u1', name: 'Kim Lindqvist', email: 'kim@example.com' };
const robin = { user_id: 'u2', name: 'Robin Okafor', email: 'robin@example.com' };
const max = { user_id: 'u3', name: null, email: 'max@example.com' };
const unnamed = (user_id: string) => ({ user_id, name: null, email: null });
const nobody = { user_id: null, name: null, email: null };
const ada = { name: 'Ada Moreau', email: 'ada@initech.example', company: 'Initech' };
const noContact = { name: null, email: null, company: null };

const call = { type: 'CALL', priority: 'HOT' };
const one = (changes: Partial<Summarized> = {}): Summarized => ({
  type: 'task.reassigned',
  new_assignee: kim,
  changes: [{ task: call, previous_assignee: robin }],
  contact: ada,
  sequence_template: { name: 'Trial Follow-up' },
  ...changes,
});
const from = (previous_assignee: Summarized['new_assignee'], task: { type?: string; priority?: string } = call) => ({
  task,
  previous_assignee,
});
const typed = (...types: (string | undefined)[]) =>
  types.map((type) => from(robin, type === undefined ? {} : { type, priority: 'HOT' }));

describe('the sentence', () => {
  test.each<[string, Partial<Summarized>, string]>([
    [
      'everything',
      {},
      'A call with Ada Moreau at Initech (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist.',
    ],
    ['no contact', { contact: noContact }, 'A call (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist.'],
    [
      'no company',
      { contact: { ...ada, company: null } },
      'A call with Ada Moreau (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'a contact without a name',
      { contact: { ...ada, name: ' ' } },
      'A call with ada@initech.example at Initech (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'only the company',
      { contact: { ...noContact, company: 'Initech' } },
      'A call with somebody at Initech (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'no template',
      { sequence_template: { name: null } },
      'A call with Ada Moreau at Initech (hot) went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'nothing but people',
      { contact: noContact, sequence_template: { name: '' }, changes: [from(robin, {})] },
      'A task went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'an email reply',
      { changes: [from(robin, { type: 'EMAIL_REPLY' })] },
      'An email reply for Ada Moreau at Initech (Trial Follow-up) went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'a type and a priority that Topo has added',
      { changes: [from(robin, { type: 'ONSITE_VISIT', priority: 'NEXT_WEEK' })] },
      'A task “Onsite visit” about Ada Moreau at Initech (Trial Follow-up, next week) went from Robin Okafor to Kim ' +
        'Lindqvist.',
    ],
    [
      'a task that nobody had',
      { changes: [from(nobody)] },
      'A call with Ada Moreau at Initech (Trial Follow-up, hot) went from nobody to Kim Lindqvist.',
    ],
    [
      'a task that nobody has now',
      { new_assignee: nobody },
      'A call with Ada Moreau at Initech (Trial Follow-up, hot) went from Robin Okafor to nobody.',
    ],
    [
      'an e-mail for a name',
      { new_assignee: max },
      'A call with Ada Moreau at Initech (Trial Follow-up, hot) went from Robin Okafor to max@example.com.',
    ],
    [
      'people of whom nobody has entered a name',
      { new_assignee: unnamed('u8'), changes: [from(unnamed('u9'))], contact: noContact },
      'A call (Trial Follow-up, hot) went from a colleague to another colleague.',
    ],
    [
      'somebody new without a name',
      { new_assignee: unnamed('u8'), contact: noContact },
      'A call (Trial Follow-up, hot) went from Robin Okafor to a colleague.',
    ],
    [
      'a name that ends a sentence',
      { new_assignee: { ...kim, name: 'Kim Lindqvist Jr.' }, contact: noContact },
      'A call (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist Jr.',
    ],
    [
      'a name that would be a variable or a mention',
      { contact: { ...ada, name: '{{{bundle.x}}}\n<!channel>' } },
      'A call with { { {bundle.x}}} ‹!channel› at Initech (Trial Follow-up, hot) went from Robin Okafor to Kim Lindqvist.',
    ],
  ])('with %s', (_what, changes, sentence) => {
    expect(summaryOf(one(changes))).toBe(sentence);
  });

  test.each<[string, Partial<Summarized>, string]>([
    [
      'of different kinds',
      { changes: typed('LINKEDIN_REPLY', 'CALL', 'EMAIL_REPLY') },
      '3 tasks about Ada Moreau at Initech (Trial Follow-up) went from Robin Okafor to Kim Lindqvist: a call, an email ' +
        'reply and a LinkedIn reply.',
    ],
    [
      'of one kind',
      { changes: typed('NEW_LEAD_REVIEW', 'NEW_LEAD_REVIEW') },
      '2 new lead reviews for Ada Moreau at Initech (Trial Follow-up) went from Robin Okafor to Kim Lindqvist.',
    ],
    [
      'of which some have no type',
      { changes: typed(undefined, 'CALL', undefined, 'CALL'), contact: noContact },
      '4 tasks (Trial Follow-up) went from Robin Okafor to Kim Lindqvist: 2 calls and 2 other tasks.',
    ],
    [
      'of more kinds than one reads',
      { changes: typed('CALL', 'A_B', 'EMAIL_REPLY', 'LINKEDIN_REPLY'), contact: noContact },
      '4 tasks (Trial Follow-up) went from Robin Okafor to Kim Lindqvist: a call, an email reply, a LinkedIn reply ' +
        'and another task.',
    ],
    [
      'that two people had',
      { changes: [from(robin), from(max), from(robin)], contact: noContact },
      '3 calls (Trial Follow-up) went from Robin Okafor and max@example.com to Kim Lindqvist.',
    ],
    [
      'that somebody had, or nobody',
      { changes: [from(robin), from(nobody)], contact: noContact },
      '2 calls (Trial Follow-up) went from Robin Okafor, or from nobody, to Kim Lindqvist.',
    ],
    [
      'that nobody had',
      { changes: [from(nobody), from(nobody)], contact: noContact },
      '2 calls (Trial Follow-up) went from nobody to Kim Lindqvist.',
    ],
    [
      'that people without names had',
      { changes: [from(robin), from(unnamed('u8')), from(unnamed('u9'))], new_assignee: unnamed('u7') },
      '3 calls with Ada Moreau at Initech (Trial Follow-up) went from Robin Okafor and 2 colleagues to another colleague.',
    ],
    [
      'that more people had than one reads',
      {
        changes: ['Ann', 'Bo', 'Cem', 'Dag', 'Eve'].map((name) => from({ user_id: name, name, email: null })),
        contact: noContact,
      },
      '5 calls (Trial Follow-up) went from Ann, Bo, Cem and 2 others to Kim Lindqvist.',
    ],
  ])('for several tasks %s', (_what, changes, sentence) => {
    expect(summaryOf(one(changes))).toBe(sentence);
  });
});

describe('whatever is missing or odd', () => {
  const odd = fc.oneof(
    fc.constantFrom(
      '',
      ' ',
      '{{bundle.authData}}',
      '{{{',
      '}}',
      'a\r\nb',
      '\u2028',
      '\u202e',
      '\ud800',
      '()',
      '—',
      '💥',
    ),
    fc.constantFrom('<!channel>', 'Dr.', 'O’Neil & Söhne', '山田', '$&', '__proto__', 'toString', 'x'.repeat(5_000)),
    fc.string({ unit: 'grapheme', maxLength: 30 }),
    fc.string({ unit: 'binary', maxLength: 30 }),
  );
  const id = fc.constantFrom(null, 'u1', 'u2', 'u3', 'u4', 'u5', 'u6');
  const parts = (text: fc.Arbitrary<string>): fc.Arbitrary<Summarized> => {
    const part = fc.option(text, { nil: null });
    const person = fc
      .record({ user_id: id, name: part, email: part })
      .map((who) => (who.user_id === null ? nobody : who));
    const word = fc.option(fc.oneof(fc.constantFrom('CALL', 'EMAIL_REPLY', 'HOT', 'SNOOZED_CALL'), text), {
      nil: undefined,
    });
    return fc.record({
      type: fc.constantFrom(...eventTypes),
      outcome: fc.option(text, { nil: undefined }),
      new_assignee: person,
      changes: fc.array(fc.record({ task: fc.record({ type: word, priority: word }), previous_assignee: person }), {
        minLength: 1,
        maxLength: 8,
      }),
      contact: fc.record({ name: part, email: part, company: part }),
      sequence_template: fc.record({ name: part }),
    });
  };

  /** Every text that somebody else wrote. */
  const textsIn = ({ outcome, new_assignee, changes, contact, sequence_template }: Summarized): string[] =>
    [
      { outcome },
      new_assignee,
      contact,
      sequence_template,
      ...changes.flatMap((change) => [change.task, change.previous_assignee]),
    ]
      .flatMap((each) => Object.values<string | null | undefined>(each))
      .flatMap((text) => text ?? []);

  test('it is one sentence on one line, of bounded length, without holes', () => {
    fc.assert(
      fc.property(parts(odd), (summarized) => {
        const sentence = summaryOf(summarized);
        expect(sentence).toMatch(/^(An? |[2-9] )/);
        expect(sentence).toMatch(/[.!?…]$/);
        expect(sentence).not.toMatch(/[\p{Cc}\p{Zl}\p{Zp}]| {2}|\{\{|[<>]/u);
        expect(sentence).toMatch(
          / (went from .+ to .|(is|are) new( for .|, and nobody)|(is|are) open again, with .|(was|were) .)/,
        );
        expect(sentence.length).toBeLessThan(3_000);
        // What stands in a name stays in it.
        const names = textsIn(summarized).join();
        for (const hole of ['null', 'undefined'])
          if (!names.toLowerCase().includes(hole)) expect(sentence).not.toContain(hole);
      }),
      { numRuns: 2_000 },
    );
  });

  test('with plain names, no mark of punctuation stands alone', () => {
    const plain = fc.constantFrom('', 'Ada', 'Initech', 'Trial Follow-up', 'Moreau & Söhne');
    fc.assert(
      fc.property(parts(plain), (summarized) => {
        const sentence = summaryOf(summarized);
        expect(sentence).not.toMatch(/ [,.:)]|[(“] |[,:(]\)|,,|\.\.|[,:]\.$/);
        expect(sentence).toMatch(/[^.]\.$/);
        expect(sentence).toMatch(/^(An?|\d) /);
      }),
      { numRuns: 2_000 },
    );
  });

  test('usual names come to less than 700 characters', () => {
    const name = 'x'.repeat(60);
    const people = ['a', 'b', 'c', 'd'].map((user_id) => ({ user_id, name, email: null }));
    const [new_assignee = nobody, ...holders] = people;
    const sentence = summaryOf({
      type: 'task.reassigned',
      new_assignee,
      changes: holders.map((holder, index) => from(holder, { type: `TYPE_${index}` })),
      contact: { name, email: name, company: name },
      sequence_template: { name },
    });
    expect(sentence.length).toBeLessThan(700);
  });
});
