import { createHash, randomBytes } from 'node:crypto';
import type { EventType } from '../../../contract/event.ts';

type Parts = readonly (string | number | null)[];

/** A short name that is the same for the same parts, on every server and at every try. */
const nameOf = (prefix: string, parts: Parts): string =>
  `${prefix}_${createHash('sha256').update(JSON.stringify(parts)).digest('base64url').slice(0, 24)}`;

/** Milliseconds since 1970, so that a later time comes later in the alphabet. */
const timeOf = (us: number): string =>
  Math.max(0, Math.floor(us / 1000))
    .toString(36)
    .padStart(9, '0');

/**
 * The same for what is kept by the million. It begins with a time: what comes together lies together in an index, which
 * then costs no more with a long history than with a short one.
 */
const timedNameOf = (prefix: string, us: number, parts: Parts): string => nameOf(`${prefix}_${timeOf(us)}`, parts);

/**
 * A second fence behind the compare-and-swap: the same change, found twice, would carry the same id. That of a reassignment
 * is made as it was when there was nothing else to tell.
 */
export const eventId = (change: {
  organizationId: string;
  type: EventType;
  taskId: string;
  previousAssigneeId: string | null;
  newAssigneeId: string | null;
  occurredAtUs: number;
}): string =>
  timedNameOf('evt', change.occurredAtUs, [
    change.organizationId,
    change.taskId,
    change.previousAssigneeId,
    change.newAssigneeId,
    change.occurredAtUs,
    ...(change.type === 'task.reassigned' ? [] : [change.type]),
  ]);

/** The id of one event that tells several changes together; it occurred when the first of them did. */
export const groupId = (eventIds: readonly string[], occurredAtUs: number): string =>
  timedNameOf('evt', occurredAtUs, eventIds);

export const batchId = (scanId: string, orderKey: string, type: EventType, newAssigneeId: string | null): string =>
  nameOf('bat', [scanId, orderKey, newAssigneeId, ...(type === 'task.reassigned' ? [] : [type])]);

/** The `webhook-id` of an event's delivery to a hook. It stays the same over all automatic attempts. */
export const deliveryId = (hookId: string, event: { id: string; occurredAtUs: number }): string =>
  timedNameOf('msg', event.occurredAtUs, [hookId, event.id]);

const timedDelivery = /^msg_([0-9a-z]{9})_/;

/** When the change happened of which this delivery tells; nothing of one that somebody asked for, whose id says no time. */
export const changedAtMs = (id: string): number | undefined => {
  const time = timedDelivery.exec(id)?.[1];
  return time === undefined ? undefined : Number.parseInt(time, 36);
};

/** The id of a text that several deliveries send. */
export const newBodyId = (): string => `bod_${randomBytes(18).toString('base64url')}`;

/** The `webhook-id` of a delivery that somebody asked for: the target takes it for a new one. */
export const newDeliveryId = (): string => `msg_${randomBytes(18).toString('base64url')}`;
