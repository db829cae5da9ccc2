import { defineTrigger, type ZObject } from 'zapier-platform-core';
import { type DirectoryEntry, unnamedPerson } from '../contract/person.ts';
import { capDeadline, type Deadline, startDeadline } from '../zapier/deadline.ts';
import { type Choice, choiceOutputFields } from '../zapier/fields/dropdown.ts';
import { countOpenTasksByAssignee, type OpenTaskCounts } from '../zapier/people/count-open-tasks-by-assignee.ts';
import { openDirectory } from '../zapier/people/directory.ts';
import { assigneeLabel, distinctLabels } from '../zapier/people/person-label.ts';

const isNamed = ({ name, email }: DirectoryEntry): boolean => name !== null || email !== null;

/** The directory, plus the people found elsewhere; ids in lower case. */
const mergePeople = (directory: readonly DirectoryEntry[], ids: Iterable<string>): DirectoryEntry[] => {
  const people = new Map([...ids].map((id) => [id, unnamedPerson(id)]));
  for (const entry of directory) {
    const id = entry.user_id.toLowerCase();
    people.set(id, { ...entry, user_id: id });
  }
  return [...people.values()];
};

/** A list of names may wait this long for the counts beside them. */
const countingMs = 5_000;

const notCounted: OpenTaskCounts = { counts: new Map(), isComplete: false, examples: new Map() };

/** Names never depend on counting: only a list without any has nothing else to show. */
const countBeside = async (z: ZObject, directory: readonly DirectoryEntry[], deadline: Deadline) => {
  if (!directory.some(isNamed)) return countOpenTasksByAssignee(z, deadline);
  try {
    return await countOpenTasksByAssignee(z, capDeadline(deadline, countingMs));
  } catch (error) {
    z.console.warn(`People appear without their tasks, because these cannot be counted: ${String(error)}`);
    return notCounted;
  }
};

/** The people for a dropdown: first those with a name, by name, then those without, most open tasks first. */
export const listPeople = async (z: ZObject): Promise<Choice[]> => {
  const deadline = startDeadline(() => performance.now());
  const directory = await openDirectory(z, deadline).listIfAvailable();
  const { counts, isComplete, examples } = await countBeside(z, directory, deadline);
  const people = mergePeople(directory, counts.keys());
  const labels = distinctLabels(people);
  const choices = people.map((person, index) => {
    const openTasks = counts.get(person.user_id) ?? 0;
    const example = isNamed(person) ? undefined : examples.get(person.user_id);
    const label = assigneeLabel(labels[index] ?? person.user_id, { openTasks, isComplete, example });
    return { person, openTasks, label };
  });
  const named = choices
    .filter(({ person }) => isNamed(person))
    .sort((one, other) => one.label.localeCompare(other.label));
  const others = choices.filter(({ person }) => !isNamed(person)).sort((one, other) => other.openTasks - one.openTasks);
  return [...named, ...others].map(({ person, label }) => ({ id: person.user_id, label }));
};

const sample: Choice = {
  id: '1a2b3c4d-6e7f-4a8b-9c0d-e1f2a3b4c5d6',
  label: 'Kim Lindqvist (kim@example.com), holds 12 open tasks',
};

export default defineTrigger({
  key: 'person_list',
  noun: 'Person',
  display: {
    label: 'List of People',
    description: 'Triggers when a dropdown of people is opened.',
    hidden: true,
  },
  operation: {
    type: 'polling',
    perform: listPeople,
    sample,
    outputFields: choiceOutputFields('Person'),
  },
});
