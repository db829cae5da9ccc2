import type { ZObject } from 'zapier-platform-core';
import { type TaskFacts, unknownFacts } from '../../contract/task-facts.ts';
import type { Call } from '../../topo/call.ts';
import { type Contact, getContact } from '../../topo/get-contact.ts';
import { getSequence, type Sequence } from '../../topo/get-sequence.ts';
import { largestPage } from '../../topo/list.ts';
import { listSequenceTemplates } from '../../topo/list-sequence-templates.ts';
import type { Task } from '../../topo/task.ts';
import { capDeadline, type Deadline } from '../deadline.ts';
import { mapConcurrently } from '../map-concurrently.ts';
import { tryTopo } from '../request/call-topo.ts';

/** Facts are optional: a list appears without them rather than keep people waiting. */
const timeoutMs = 8_000;
const concurrency = 6;
const maxTemplatePages = 3;

type Known<Item> = ReadonlyMap<string, Item>;

/** Looks up each id once. A failure that every other id would meet too (no scope, too many requests) ends the lookup. */
const lookUp = async <Item>(
  z: ZObject,
  ids: readonly (string | null | undefined)[],
  callOf: (id: string) => Call<Item>,
  deadline: Deadline,
): Promise<Known<Item>> => {
  const known = new Map<string, Item>();
  let isWorthwhile = true;
  const wanted = [...new Set(ids)].flatMap((id) => (id === null || id === undefined ? [] : [id]));
  const ask = async (id: string): Promise<void> => {
    const outcome = await tryTopo(z, callOf(id), { deadline });
    if (outcome.kind === 'done') known.set(id, outcome.answer);
    else if (outcome.kind !== 'refused' || outcome.status !== 404) isWorthwhile = false;
  };
  await mapConcurrently(wanted, concurrency, ask, () => isWorthwhile && deadline.remainingMs() > 0);
  return known;
};

const listTemplateNames = async (z: ZObject, deadline: Deadline): Promise<Known<string | null>> => {
  const names = new Map<string, string | null>();
  for (let page = 1; page <= maxTemplatePages; page += 1) {
    const outcome = await tryTopo(z, listSequenceTemplates({ page, size: largestPage }), { deadline });
    if (outcome.kind !== 'done') break;
    for (const { id, name } of outcome.answer.items) names.set(id, name ?? null);
    if (!outcome.answer.has_more) break;
  }
  return names;
};

/** The sequence runs that tasks belong to, by id: each names its contact and its template. */
export const lookUpSequences = (
  z: ZObject,
  tasks: readonly Task[],
  deadline: Deadline,
): Promise<ReadonlyMap<string, Sequence>> =>
  lookUp(
    z,
    tasks.map(({ sequence_id }) => sequence_id),
    getSequence,
    deadline,
  );

const nameOf = ({ first_name, last_name }: Contact): string | null => {
  const name = [first_name, last_name].flatMap((part) => part?.trim() || []).join(' ');
  return name === '' ? null : name;
};

/** Looks up what the tasks are about; returns a function from a task to its facts. Never throws for a failure of Topo. */
export const lookUpFacts = async (
  z: ZObject,
  tasks: readonly Task[],
  deadline: Deadline,
): Promise<(task: Task) => TaskFacts> => {
  const part = capDeadline(deadline, timeoutMs);
  const sequences = await lookUpSequences(z, tasks, part);
  if (sequences.size === 0) return () => unknownFacts;

  const contactIds = [...sequences.values()].map(({ contact_id }) => contact_id);
  const [contacts, templates] = await Promise.all([
    lookUp(z, contactIds, getContact, part),
    listTemplateNames(z, part),
  ]);
  return ({ sequence_id }) => {
    const sequence = sequences.get(sequence_id ?? '');
    const contact = contacts.get(sequence?.contact_id ?? '');
    const templateId = sequence?.sequence_template_id ?? null;
    return {
      contact:
        contact === undefined
          ? null
          : {
              id: contact.id,
              name: nameOf(contact),
              email: contact.email ?? null,
              company: contact.company_name ?? null,
            },
      sequenceTemplate: templateId === null ? null : { id: templateId, name: templates.get(templateId) ?? null },
    };
  };
};
