import { createPrinter } from './printer.ts';
import { showDemo } from './show-demo.ts';

const printer = createPrinter({
  write: (text) => process.stdout.write(text),
  // A terminal that does not know its width says 0.
  columns: process.stdout.columns > 0 ? process.stdout.columns : undefined,
  nowMs: Date.now,
});

// npm passes a terminal's Ctrl-C on a second time, so only the first signal counts.
const interrupted = new Promise<'interrupted'>((interrupt) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt('interrupted'));
});

const main = async (flags: string[]): Promise<number> => {
  const unknown = flags.find((flag) => flag !== '--once');
  if (unknown !== undefined) {
    printer.line(`“${unknown}” is unknown here: the only flag is --once, as in \`npm start -- --once\`.`);
    return 1;
  }
  try {
    const atExit = (clean: () => void) => process.once('exit', clean);
    await showDemo({ isOnce: flags.includes('--once'), printer, interrupted, atExit });
    return 0;
  } catch (error) {
    printer.line(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
};

// An interrupted stage may still be waiting for something: that must not keep the program alive.
process.exit(await main(process.argv.slice(2)));
