import { type Bundle, defineInputFields, defineSearch, type InferInputData, type ZObject } from 'zapier-platform-core';
import { startDeadline } from '../zapier/deadline.ts';
import { readIdOrText } from '../zapier/fields/read-id.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { type FoundPerson, findPerson } from '../zapier/people/find-person.ts';
import { samplePeople } from '../zapier/people/person-output.ts';
import { halted } from '../zapier/zapier-error.ts';

const label = 'Person';

const inputFields = defineInputFields([
  {
    key: 'person',
    label,
    type: 'string',
    required: true,
    helpText:
      'Whom to find, by e-mail, name or ID: for example the owner of a deal in your CRM. An e-mail address is surest; ' +
      'a name that several people have stops the run. ' +
      'Names and e-mails are those on the dashboard of the integration’s webhook server.',
  },
]);

type InputData = InferInputData<typeof inputFields>;

/** Returns the one person who is meant; `[]` when there is nobody. Halts when it may be several. */
const perform = async (z: ZObject, { inputData }: Bundle<InputData>): Promise<FoundPerson[]> => {
  const wanted = readIdOrText(label, inputData.person);
  if (wanted === undefined) throw halted(`The field “${label}” is empty. Map an e-mail, a name or an ID into it.`);
  const deadline = startDeadline(() => performance.now());
  const found = await findPerson({ z, directory: openDirectory(z, deadline), deadline }, label, wanted);
  return found === undefined ? [] : [found];
};

const sample: FoundPerson = {
  id: samplePeople.kim.user_id,
  name: samplePeople.kim.name,
  email: samplePeople.kim.email,
  open_tasks: 12,
};

export default defineSearch({
  key: 'find_person',
  noun: 'Person',
  display: {
    label: 'Find Person',
    description: 'Finds a colleague by e-mail, name or ID, to whom tasks can be given.',
  },
  operation: {
    inputFields,
    perform,
    sample,
    outputFields: [
      { key: 'id', label: 'Person', type: 'string', primary: true },
      { key: 'name', label: 'Name', type: 'string' },
      { key: 'email', label: 'Email', type: 'string' },
      { key: 'open_tasks', label: 'Number of Open Tasks', type: 'integer' },
    ],
  },
});
