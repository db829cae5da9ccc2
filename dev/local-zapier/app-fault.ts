// Core appends the whole bundle, secrets of the subscription included, and then what the app logged.
const appended = /\n(What happened|\nConsole logs):\n/;

/**
 * What the app threw. `name` is the one that it chose, such as `HaltedError` or `ExpiredAuthError`, and `message` its
 * own: for a `ThrottledError` and for `z.errors.Error` that is JSON, as zapier-platform-core has it. What core appends
 * is kept apart in `details` and is not fit to be shown.
 */
export class AppFault extends Error {
  override readonly name: string;
  readonly details: string;

  constructor(name: string, message: string) {
    const end = appended.exec(message)?.index ?? message.length;
    super(message.slice(0, end));
    this.name = name;
    this.details = message.slice(end).trim();
  }
}
