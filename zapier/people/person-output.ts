import type { PlainOutputField } from 'zapier-platform-core';

/**
 * The fields of a person that a step gives on.
 *
 * @param prefix where the person stands in what the step returns, such as `new_assignee__`.
 */
export const personOutputFields = (prefix: string, label: string): PlainOutputField[] => [
  { key: `${prefix}user_id`, label, type: 'string' },
  { key: `${prefix}name`, label: `${label} Name`, type: 'string' },
  { key: `${prefix}email`, label: `${label} Email`, type: 'string' },
];
