/** One person as a caller sent them, or why that cannot be read. `line` is one of a CSV file, or counts a JSON list. */
export type SentPerson = { line: number; given: unknown } | { line: number; fault: string };
