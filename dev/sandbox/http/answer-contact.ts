import type { Contact, Workspace } from '../workspace/workspace.ts';
import { writeInstant } from '../workspace/write-task.ts';

/** A contact as routes return it. */
export const answerContact = (workspace: Workspace, contact: Contact): Record<string, unknown> => ({
  id: contact.id,
  organization_id: workspace.organizationId,
  email: contact.email,
  first_name: contact.firstName,
  last_name: contact.lastName,
  job_title: contact.jobTitle,
  company_name: contact.companyName,
  company_domain: contact.companyDomain,
  linkedin_url: contact.linkedinUrl,
  phone_number: null,
  first_seen_at: writeInstant(workspace, contact.firstSeenAt),
  last_seen_at: writeInstant(workspace, contact.lastSeenAt),
  created_at: writeInstant(workspace, contact.firstSeenAt),
  updated_at: writeInstant(workspace, contact.updatedAt),
});
