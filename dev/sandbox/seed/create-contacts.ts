import type { Faker } from '@faker-js/faker';
import { createRandom, drawInteger, drawOne, drawUuid, type Random } from '../random.ts';
import type { Instant } from '../timestamp.ts';
import type { Contact } from '../workspace/workspace.ts';

export type ContactSource = {
  readonly faker: Faker;
  readonly random: Random;
  readonly count: number;
  /** Contacts were seen first before this moment, and last within the hour after it. */
  readonly start: Instant;
};

const secondUs = 1_000_000;
const secondsPerHour = 3_600;

const jobTitles = ['Founder', 'Head of Sales', 'Account Executive', 'Chief Operating Officer', 'Marketing Manager'];

const letters = (text: string): string => text.toLowerCase().replace(/[^a-z]/g, '');

/** Made of the contact itself, so that what the workspace draws next stays the same. */
const drawRest = ({
  id,
  firstName,
  lastName,
  companyName,
}: Pick<Contact, 'id' | 'firstName' | 'lastName' | 'companyName'>) => {
  const random = createRandom(Number.parseInt(id.slice(0, 8), 16));
  return {
    jobTitle: drawOne(random, jobTitles),
    companyDomain: `${letters(companyName ?? '')}.example`,
    linkedinUrl: `https://www.linkedin.com/in/${letters(`${firstName}${lastName}`)}-${id.slice(0, 8)}`,
    secondsLater: drawInteger(random, 0, secondsPerHour),
  };
};

/** Makes up contacts, each with an e-mail of its own, of which the first was seen first. */
export const createContacts = ({ faker, random, count, start }: ContactSource): Contact[] => {
  const emails = new Set<string>();
  return Array.from({ length: count }, (_, position): Contact => {
    const firstName = faker.person.firstName();
    const lastName = faker.person.lastName();
    const id = drawUuid(random);
    const drawn = faker.internet.exampleEmail({ firstName, lastName }).toLowerCase();
    const email = emails.has(drawn) ? drawn.replace('@', `.${position}@`) : drawn;
    emails.add(email);
    const companyName = faker.company.name();
    const { secondsLater, ...rest } = drawRest({ id, firstName, lastName, companyName });
    const firstSeenAt = start - (count - position) * secondUs;
    const lastSeenAt = start + secondsLater * secondUs;
    return { id, email, firstName, lastName, companyName, ...rest, firstSeenAt, lastSeenAt, updatedAt: lastSeenAt };
  });
};
