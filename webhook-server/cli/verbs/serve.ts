import type { Verb } from '../verb.ts';

/** `topo-for-zapier serve` */
export const serve: Verb = {
  summary: 'runs the webhook server until SIGTERM or Ctrl-C',
  about:
    'The server is configured by variables alone, which docs/operate.md lists. Its log is written to standard output, one\n' +
    'JSON object a line. It ends with 1 and a sentence when it cannot start or go on.',
  operands: [],
  flags: {},
  async run() {
    // Only now: the server sets V8's flags before it loads anything else.
    await import('../../main.ts');
    return undefined;
  },
};
