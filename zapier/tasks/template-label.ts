import { sanitizeLabel } from '../../contract/sanitize-label.ts';
import type { SequenceTemplate } from '../../topo/list-sequence-templates.ts';
import { labelOf } from '../wording/labels.ts';

/** The label of a template, such as `Founders in Europe`, with its status unless it is active. */
export const templateLabel = ({ id, name, status }: SequenceTemplate): string => {
  const given = sanitizeLabel(name ?? '');
  const label = given === '' ? `Unnamed template ${id.slice(0, 8)}` : given;
  return status == null || status === 'ACTIVE' ? label : `${label} (${labelOf({}, status).toLowerCase()})`;
};
