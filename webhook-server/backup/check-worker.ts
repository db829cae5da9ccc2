import { parentPort, workerData } from 'node:worker_threads';
import { checkCopy } from '../store/sqlite/check-copy.ts';
import { StoreError } from '../store/store.ts';

/** Checks the file whose path it is given, and answers with the report, or with the sentence that says what is wrong. */
const check = (path: string): unknown => {
  try {
    return { report: checkCopy(path) };
  } catch (error) {
    if (!(error instanceof StoreError)) throw error;
    return { fault: error.message };
  }
};

parentPort?.postMessage(check(String(workerData)));
