import { createNarrator } from './printer.ts';
import { showDemo } from './show-demo.ts';

const narrator = createNarrator((text) => process.stdout.write(text), Date.now);

// npm hands a terminal's Ctrl-C on once more, so only the first signal counts.
const interrupted = new Promise<'interrupted'>((interrupt) => {
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => interrupt('interrupted'));
});

const start = async (flags: string[]): Promise<number> => {
  const unknown = flags.find((flag) => flag !== '--once');
  if (unknown !== undefined) {
    narrator.say(`“${unknown}” is unknown here: the only flag is --once, as in \`npm start -- --once\`.`);
    return 1;
  }
  try {
    const atExit = (clean: () => void) => process.once('exit', clean);
    await showDemo({ isOnce: flags.includes('--once'), narrator, interrupted, atExit });
    return 0;
  } catch (error) {
    narrator.say(`\n${error instanceof Error ? error.message : String(error)}`);
    return 1;
  }
};

// What an interrupted station still waits for must not keep the program from ending.
process.exit(await start(process.argv.slice(2)));
