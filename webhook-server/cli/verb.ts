/** What a verb gets from the process. Each text is printed as it is, with a line's end behind it. */
export type Surroundings = {
  environment: Readonly<Record<string, string | undefined>>;
  print(text: string): void;
  printError(text: string): void;
};

/** What a flag does; one that takes a value takes one of its `choices`. */
export type Flag = string | { does: string; choices: readonly string[] };

/** Something that the command `topo-for-zapier` does. */
export type Verb = {
  /** What it does, in one line without a full stop. */
  summary: string;
  /** What `--help` says besides. */
  about: string;
  /** What it must be given, by the names that `--help` shows, such as `FILE`. */
  operands: readonly string[];
  /** Its flags, and what each does. */
  flags: Readonly<Record<string, Flag>>;
  /**
   * @param operands as many as the verb names.
   * @param flags those that were given, each with its value or an empty text.
   * @returns the exit code, or undefined when the process goes on.
   */
  run(
    operands: readonly string[],
    flags: ReadonlyMap<string, string>,
    surroundings: Surroundings,
  ): Promise<number | undefined>;
};

/** The verb failed: the message is a sentence for whoever called it. */
export class VerbError extends Error {
  override readonly name = 'VerbError';
}
