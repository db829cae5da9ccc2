import { type Bundle, defineTrigger, type ZObject } from 'zapier-platform-core';
import { largestPage } from '../topo/list.ts';
import { listSequenceTemplates } from '../topo/list-sequence-templates.ts';
import { type Choice, choiceOutputFields } from '../zapier/fields/dropdown.ts';
import { callTopo } from '../zapier/request/call-topo.ts';
import { templateLabel } from '../zapier/tasks/template-label.ts';

/** Fills the dropdown “Template”, by name within each page. Topo's screens call these templates sequences. */
const perform = async (z: ZObject, { meta }: Bundle): Promise<Choice[]> => {
  const page = (meta.page ?? 0) + 1;
  const { items: templates } = await callTopo(z, listSequenceTemplates({ page, size: largestPage }));
  return templates
    .map((template) => ({ id: template.id, label: templateLabel(template) }))
    .sort((one, other) => one.label.localeCompare(other.label, 'en'));
};

const sample: Choice = {
  id: '6f1e2d3c-4b5a-4968-8776-a5b4c3d2e1f0',
  label: 'Founders in Europe',
};

export default defineTrigger({
  key: 'template_list',
  noun: 'Template',
  display: {
    label: 'List of Sequence Templates',
    description: 'Triggers when a dropdown of sequence templates is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform,
    canPaginate: true,
    sample,
    outputFields: choiceOutputFields('Template'),
  },
});
