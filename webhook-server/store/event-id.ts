import { createHash, randomBytes } from 'node:crypto';

/** A short name that is the same for the same parts, on every server and at every try. */
const nameOf = (prefix: string, parts: readonly (string | number | null)[]): string =>
  `${prefix}_${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24)}`;

/** A second fence behind the compare-and-swap: the same change, found twice, would carry the same id. */
export const eventId = (change: {
  organizationId: string;
  taskId: string;
  previousAssigneeId: string | null;
  newAssigneeId: string | null;
  occurredAtUs: number;
}): string =>
  nameOf('evt', [
    change.organizationId,
    change.taskId,
    change.previousAssigneeId,
    change.newAssigneeId,
    change.occurredAtUs,
  ]);

/** The id of one event that tells several changes together. */
export const groupId = (eventIds: readonly string[]): string => nameOf('evt', eventIds);

export const batchId = (readingId: string, orderKey: string, newAssigneeId: string | null): string =>
  nameOf('bat', [readingId, orderKey, newAssigneeId]);

/** The `webhook-id` of an event's delivery to a hook. It stays the same over all automatic attempts. */
export const deliveryId = (hookId: string, eventId: string): string => nameOf('msg', [hookId, eventId]);

/** The `webhook-id` of a delivery that somebody asked for: the target takes it for a new one. */
export const newDeliveryId = (): string => `msg_${randomBytes(18).toString('base64url')}`;
