import { errors } from 'zapier-platform-core';

// Without this flag core appends the requests of the run and the start of their responses to the message, secrets included.
const withoutContext = <Thrown extends Error>(error: Thrown): Thrown => Object.assign(error, { doNotContextify: true });

/** Stops the run without counting as an error of the Zap: for what only a person or other data can fix. */
export const halted = (message: string): Error => withoutContext(new errors.HaltedError(message));

/** Tells the user to reconnect the account. */
export const expired = (message: string): Error => withoutContext(new errors.ExpiredAuthError(message));

/** Makes Zapier run the step again later; without a delay, Zapier decides when. */
export const throttled = (message: string, delaySeconds: number | undefined): Error =>
  new errors.ThrottledError(message, delaySeconds);

/** An error of the Zap; Zapier turns off a Zap that has almost only errors for a week. */
export const failed = (message: string, code: string, status?: number): Error =>
  new errors.Error(message, code, status);
