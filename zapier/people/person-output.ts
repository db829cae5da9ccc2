import type { PlainOutputField } from 'zapier-platform-core';
import type { Person } from '../../contract/event.ts';

/** The people in every sample: Kim has the sample task now, and Robin had it before. */
export const samplePeople = {
  kim: { user_id: '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6', name: 'Kim Lindqvist', email: 'kim@example.com' },
  robin: { user_id: '9f8e7d6c-5b4a-4392-8170-f6e5d4c3b2a1', name: 'Robin Okafor', email: 'robin@example.com' },
} as const satisfies Record<string, Person>;

/** What people read of a person. */
export const personNameFields = (prefix: string, label: string): PlainOutputField[] => [
  { key: `${prefix}name`, label: `${label} Name`, type: 'string' },
  { key: `${prefix}email`, label: `${label} Email`, type: 'string' },
];

/** What a later step takes as a person. */
export const personIdField = (prefix: string, label: string): PlainOutputField => ({
  key: `${prefix}user_id`,
  label,
  type: 'string',
});

/**
 * The output fields of a person, for later steps.
 *
 * @param prefix the place of the person in the step's output, such as `new_assignee__`.
 */
export const personOutputFields = (prefix: string, label: string): PlainOutputField[] => [
  personIdField(prefix, label),
  ...personNameFields(prefix, label),
];
