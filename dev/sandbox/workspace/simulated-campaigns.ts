import { drawOne, drawUuid } from '../random.ts';
import type { Contact, Sequence, SequenceTemplate, Workspace } from './workspace.ts';

type WithPlace = {
  /** Selects the workspace; the first without it. */
  readonly organizationId?: string;
};

type ContactFields = Omit<Contact, 'id' | 'firstSeenAt' | 'lastSeenAt' | 'updatedAt'>;

/** A contact to create. Its e-mail is made of its id unless it is given; everything else that is left out is null. */
export type NewContact = WithPlace & { readonly id?: string } & Partial<ContactFields>;

/** A run to create; what is left out is made up. `contactId` may be null: its contact was deleted. */
export type NewSequence = WithPlace & Partial<Pick<Sequence, 'id' | 'contactId' | 'templateId' | 'status'>>;

/** What people do in Topo itself with contacts, runs and templates. */
export type SimulatedCampaigns = {
  createContact(contact?: NewContact): Contact;
  changeContact(contactId: string, change: Partial<ContactFields>): Contact;
  /** Its runs stay, without a contact. */
  deleteContact(contactId: string): void;
  createSequence(sequence?: NewSequence): Sequence;
  changeSequence(sequenceId: string, change: Partial<Pick<Sequence, 'contactId' | 'templateId' | 'status'>>): Sequence;
  createTemplate(name: string | null, place?: WithPlace): SequenceTemplate;
  renameTemplate(templateId: string, name: string | null): SequenceTemplate;
};

const nobodyKnown: ContactFields = {
  email: null,
  firstName: null,
  lastName: null,
  jobTitle: null,
  companyName: null,
  companyDomain: null,
  linkedinUrl: null,
};

/** Makes changes that do not come through the API. Each function throws when there is no such row. */
export const createSimulatedCampaigns = (workspaces: readonly Workspace[]): SimulatedCampaigns => {
  const choose = (organizationId = workspaces[0]?.organizationId): Workspace => {
    const workspace = workspaces.find((candidate) => candidate.organizationId === organizationId);
    if (workspace === undefined) throw new RangeError(`The sandbox has no workspace ${organizationId}.`);
    return workspace;
  };

  const locate = <Row>(thing: string, id: string, find: (workspace: Workspace) => Row | undefined) => {
    for (const workspace of workspaces) {
      const row = find(workspace);
      if (row !== undefined) return { workspace, row };
    }
    throw new RangeError(`The sandbox has no ${thing} ${id}.`);
  };

  const locateContact = (id: string) => locate('contact', id, ({ contacts }) => contacts.find(id));

  return {
    createContact: ({ organizationId, ...contact } = {}) => {
      const { contacts, random, now } = choose(organizationId);
      const id = contact.id ?? drawUuid(random);
      if (contacts.find(id) !== undefined) throw new RangeError(`The sandbox already has a contact ${id}.`);
      const moment = now();
      const seen = { firstSeenAt: moment, lastSeenAt: moment, updatedAt: moment };
      const created = { ...nobodyKnown, email: `${id}@contacts.example`, ...contact, id, ...seen };
      contacts.add(created);
      return created;
    },
    changeContact: (contactId, change) => {
      const { workspace, row } = locateContact(contactId);
      return workspace.contacts.change(row, { ...change, updatedAt: workspace.now() });
    },
    deleteContact: (contactId) => {
      const { workspace, row } = locateContact(contactId);
      workspace.contacts.remove(row);
      const updatedAt = workspace.now();
      for (const sequence of workspace.sequences.byId.values()) {
        if (sequence.contactId === contactId) workspace.sequences.change(sequence, { contactId: null, updatedAt });
      }
    },
    createSequence: ({ organizationId, ...sequence } = {}) => {
      const { sequences, contacts, templates, random, now } = choose(organizationId);
      const id = sequence.id ?? drawUuid(random);
      if (sequences.find(id) !== undefined) throw new RangeError(`The sandbox already has a sequence ${id}.`);
      const moment = now();
      const [contact] = contacts.byId.values();
      const created: Sequence = {
        id,
        contactId: sequence.contactId === undefined ? (contact?.id ?? null) : sequence.contactId,
        templateId: sequence.templateId ?? drawOne(random, templates).id,
        status: sequence.status ?? 'ACTIVE',
        createdAt: moment,
        updatedAt: moment,
      };
      sequences.add(created);
      return created;
    },
    changeSequence: (sequenceId, change) => {
      const { workspace, row } = locate('sequence', sequenceId, ({ sequences }) => sequences.find(sequenceId));
      return workspace.sequences.change(row, { ...change, updatedAt: workspace.now() });
    },
    createTemplate: (name, { organizationId } = {}) => {
      const { templates, random, now } = choose(organizationId);
      const moment = now();
      const created = { id: drawUuid(random), name, status: 'ACTIVE', createdAt: moment, updatedAt: moment } as const;
      templates.push(created);
      return created;
    },
    renameTemplate: (templateId, name) => {
      const isWanted = ({ id }: SequenceTemplate) => id === templateId;
      const { workspace, row } = locate('template', templateId, ({ templates }) => templates.find(isWanted));
      const renamed = { ...row, name, updatedAt: workspace.now() };
      workspace.templates[workspace.templates.findIndex(isWanted)] = renamed;
      return renamed;
    },
  };
};
