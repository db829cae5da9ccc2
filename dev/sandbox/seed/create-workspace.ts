import type { Faker } from '@faker-js/faker';
import { drawInteger, drawUuid, drawUuidOf, type Random } from '../random.ts';
import { type Instant, type TimestampDigits, truncateInstant } from '../timestamp.ts';
import { type ApiKey, keyKinds, tokenOf } from '../workspace/api-key.ts';
import { createContactTable, createSequenceTable } from '../workspace/create-tables.ts';
import { TaskTable } from '../workspace/task-table.ts';
import type { SequenceTemplate, WorkspaceContent } from '../workspace/workspace.ts';
import { createContacts } from './create-contacts.ts';
import { createPeople } from './create-people.ts';
import { createSequences } from './create-sequences.ts';
import { createTasks } from './create-tasks.ts';

/** How large a workspace is, and its sources of randomness and time. */
export type WorkspaceOptions = {
  readonly name: string;
  readonly domain: string;
  readonly keyPrefix: string;
  readonly peopleCount: number;
  readonly taskCount: number;
  /** By default as many as there are sequence runs, at most 500. */
  readonly contactCount: number | undefined;
  readonly templateNames: readonly string[];
  readonly faker: Faker;
  readonly random: Random;
  readonly present: Instant;
  readonly timestampDigits: TimestampDigits;
};

const minuteUs = 60_000_000;
const dayUs = 24 * 60 * minuteUs;
const tasksPerSequence = 3.75;
const mostContacts = 500;

type KeyKind = (typeof keyKinds)[keyof typeof keyKinds];

const createKeys = ({ keyPrefix, random }: WorkspaceOptions, createdAt: Instant): ApiKey[] => {
  const create = ({ label, scopes }: KeyKind, drawId: (prefix: string) => string): ApiKey => {
    const prefix = `${keyPrefix}_${label.toLowerCase().replaceAll(' ', '_')}`;
    return {
      id: drawId(prefix),
      name: label,
      token: tokenOf(prefix),
      prefix,
      scopes,
      createdAt,
      lastUsedAt: null,
      isRevoked: false,
    };
  };
  const { everything, ...others } = keyKinds;
  // The last key draws nothing, so that each seed makes the workspace that it made before there was such a key.
  return [...Object.values(others).map((kind) => create(kind, () => drawUuid(random))), create(everything, drawUuidOf)];
};

const createTemplates = ({ random, templateNames }: WorkspaceOptions, start: Instant): SequenceTemplate[] =>
  templateNames.map((name, position) => ({
    id: drawUuid(random),
    name,
    status: position === templateNames.length - 1 ? 'PAUSED' : 'ACTIVE',
    createdAt: start + position * dayUs,
    updatedAt: start + position * dayUs,
  }));

/** Makes up a workspace whose tasks are up to 30 days old. The same options give the same data. */
export const createWorkspace = (options: WorkspaceOptions): WorkspaceContent => {
  const { name, domain, peopleCount, taskCount, faker, random, present, timestampDigits } = options;
  const start = truncateInstant(present - 30 * dayUs, timestampDigits);
  const drawMoment = (from: Instant) =>
    truncateInstant(drawInteger(random, from, Math.max(from, present - minuteUs) + 1), timestampDigits);

  const organizationId = drawUuid(random);
  const people = createPeople(faker, peopleCount, domain);
  const keys = createKeys(options, start);
  const templates = createTemplates(options, start);
  const sequenceCount = Math.ceil(taskCount / tasksPerSequence);
  const contactCount = options.contactCount ?? Math.min(sequenceCount, mostContacts);
  const contacts = createContacts({ faker, random, count: contactCount, start });
  const sequences = createSequences({ random, count: sequenceCount, contacts, templates, start });
  const tasks = new TaskTable();
  tasks.addAll(
    createTasks({
      random,
      count: taskCount,
      sequenceIds: sequences.map(({ id }) => id),
      assigneeIds: people.slice(0, -1).map(({ userId }) => userId),
      start,
      drawMoment,
    }),
  );
  const contactTable = createContactTable();
  contactTable.addAll(contacts);
  const sequenceTable = createSequenceTable();
  sequenceTable.addAll(sequences);
  return {
    organizationId,
    name,
    people,
    keys,
    templates,
    contacts: contactTable,
    sequences: sequenceTable,
    webhooks: new Map(),
    tasks,
  };
};
