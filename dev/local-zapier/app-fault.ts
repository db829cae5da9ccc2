// Core appends the whole bundle, with the subscription's secrets, and then what the app logged.
const appended = /\n(What happened|\nConsole logs):\n/;

/**
 * An error that the app threw. `name` is the app's, such as `HaltedError` or `ExpiredAuthError`. `message` is the app's
 * too: JSON for `ThrottledError` and `z.errors.Error`, as zapier-platform-core formats those. `details` is what core
 * appends; it holds secrets and must not be shown.
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
