import { defineTrigger, type ZObject } from 'zapier-platform-core';
import { unassigned } from '../contract/task-list.ts';
import { type Choice, choiceOutputFields } from '../zapier/fields/dropdown.ts';
import { listPeople } from './person-list.ts';

const nobody: Choice = { id: unassigned, label: 'Nobody (unassigned)' };

/** Fills the dropdowns that also take the assignee of a task that nobody has. */
const perform = async (z: ZObject): Promise<Choice[]> => [nobody, ...(await listPeople(z))];

export default defineTrigger({
  key: 'assignee_list',
  noun: 'Assignee',
  display: {
    label: 'List of Assignees',
    description: 'Triggers when a dropdown of assignees is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform,
    sample: nobody,
    outputFields: choiceOutputFields('Assignee'),
  },
});
