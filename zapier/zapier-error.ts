import { errors } from 'zapier-platform-core';

// Without this mark core appends to a message which requests were made and how their answers began, secrets included.
const asWritten = <Thrown extends Error>(error: Thrown): Thrown => Object.assign(error, { doNotContextify: true });

/** Stops the run without counting against the Zap: for what only a person, or other data, can change. */
export const halted = (message: string): Error => asWritten(new errors.HaltedError(message));

/** Tells the user to reconnect the account. */
export const expired = (message: string): Error => asWritten(new errors.ExpiredAuthError(message));

/** Lets Zapier run the step again later; without a delay, when Zapier thinks fit. */
export const throttled = (message: string, delaySeconds: number | undefined): Error =>
  new errors.ThrottledError(message, delaySeconds);

/** A fault; a Zap that has almost nothing but faults for a week is switched off. */
export const failed = (message: string, code: string, status?: number): Error =>
  new errors.Error(message, code, status);
