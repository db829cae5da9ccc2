import { isRecord } from '../../local-zapier/is-record.ts';
import type { IpcMessage } from './message.ts';

/** Answers the questions of the parent process; this process ends when the parent disconnects or ends. */
export const serveParent = (answer: (question: IpcMessage) => Promise<IpcMessage>): void => {
  const send = (message: IpcMessage): void => {
    process.send?.(message);
  };
  process.on('message', (question: unknown) => {
    answer(isRecord(question) ? question : {}).then(send, (error: unknown) => {
      send({ fault: error instanceof Error ? (error.stack ?? error.message) : String(error) });
    });
  });
  process.on('disconnect', () => process.exit(0));
};
