const block = /(<!-- not run[^\n]*-->\n\n)? *```sh\n([^`]+)```/g;

/**
 * The commands of a document, a line each, by the heading of their section (`## …`, or the title), without those that the comment
 * “not run by the tests: …” before them takes out.
 */
export const readCommands = (document: string): Record<string, string[]> => {
  const commands: Record<string, string[]> = {};
  for (const section of document.split(/^## /m)) {
    const [heading = ''] = section.split('\n');
    const lines = [...section.matchAll(block)]
      .filter(([, mark]) => mark === undefined)
      .flatMap(([, , text = '']) => text.trim().split('\n'));
    if (lines.length > 0) commands[heading] = lines.map((line) => line.trim());
  }
  return commands;
};
