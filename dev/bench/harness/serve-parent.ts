import { isRecord } from '../../local-zapier/is-record.ts';
import type { Message } from './message.ts';

/** Answers the questions of the process that forked this one, and ends when that one ends or wants it to. */
export const answerParent = (answer: (question: Message) => Promise<Message>): void => {
  const send = (message: Message): void => {
    process.send?.(message);
  };
  process.on('message', (question: unknown) => {
    answer(isRecord(question) ? question : {}).then(send, (error: unknown) => {
      send({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
  });
  process.on('disconnect', () => process.exit(0));
};
