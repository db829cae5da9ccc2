import type { Faker } from '@faker-js/faker';
import type { Person } from '../workspace/workspace.ts';

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');

/** Makes up `count` members of a workspace, each with a unique e-mail at the domain. */
export const createPeople = (faker: Faker, count: number, domain: string): Person[] => {
  const firstNames = faker.helpers.uniqueArray(() => faker.person.firstName(), count);
  return firstNames.map((firstName) => {
    const lastName = faker.person.lastName();
    return {
      userId: faker.string.uuid(),
      name: `${firstName} ${lastName}`,
      email: `${letters(firstName)}.${letters(lastName)}@${domain}`,
    };
  });
};
