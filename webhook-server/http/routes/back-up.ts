import { isAbsolute } from 'node:path';
import type { RequestHandler } from 'express';
import * as z from 'zod';
import { BackupError } from '../../backup/backup-error.ts';
import type { WrittenBackup } from '../../backup/write-backup.ts';
import { StoreError } from '../../store/store.ts';
import { HttpError } from '../errors/http-error.ts';
import { parseRequest } from '../validate-request.ts';

const Body = z.strictObject({
  path: z.string().max(4_096).refine(isAbsolute, { error: 'It must begin at the root.' }),
});

/** Writes a backup into a file that is not there yet. */
export type WriteBackup = (path: string) => Promise<WrittenBackup>;

/** `POST /backups`, on the control socket alone: whoever may use it may write files as this user anyway. */
export const backUp =
  (writeBackup: WriteBackup): RequestHandler =>
  async (request, response) => {
    const { path } = parseRequest(Body, request.body);
    try {
      response.json(await writeBackup(path));
    } catch (cause) {
      if (!(cause instanceof BackupError || cause instanceof StoreError)) throw cause;
      throw new HttpError(409, 'conflict', cause.message, { cause });
    }
  };
