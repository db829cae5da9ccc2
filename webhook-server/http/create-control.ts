import express, { type Express } from 'express';
import type { Log } from '../log.ts';
import type { Vault } from '../secrets/vault.ts';
import type { Store } from '../store/store.ts';
import { createAuthenticate, requireKey } from './authentication/authenticate.ts';
import { readCredential } from './authentication/credential.ts';
import type { KeyCache } from './authentication/key-cache.ts';
import { handleError } from './errors/handle-error.ts';
import { HttpError } from './errors/http-error.ts';
import type { HttpLimits } from './limits.ts';
import { logRequests } from './log-requests.ts';
import { readJsonOrCsvUpTo } from './parse-csv-body.ts';
import { readJsonUpTo } from './parse-json-body.ts';
import { assignRequestId } from './request-id.ts';
import { backUp, type WriteBackup } from './routes/back-up.ts';
import { importPeople } from './routes/import-people.ts';

export type ControlPorts = {
  store: Pick<Store, 'tenant'>;
  writeBackup: WriteBackup;
  keyCache: KeyCache;
  vault: Vault;
  limits: Pick<HttpLimits, 'bodyKilobytes'>;
  log: Log;
};

/** What whoever operates the server may tell it, over a socket that only its user can open. None of it is reached otherwise. */
export const createControl = ({ store, writeBackup, keyCache, vault, limits, log }: ControlPorts): Express => {
  const authenticate = createAuthenticate(keyCache, vault, store.tenant);
  const { bodyKilobytes } = limits;

  const control = express();
  control.disable('x-powered-by');
  control.disable('etag');
  control.use(assignRequestId);
  control.use(logRequests(log));
  control.use(readCredential(vault));
  control.post('/backups', readJsonUpTo(bodyKilobytes), backUp(writeBackup));
  control.post(
    '/people/import',
    requireKey(keyCache),
    readJsonOrCsvUpTo(bodyKilobytes * 5),
    importPeople({ authenticate }),
  );
  control.use((_request, _response, next) => next(new HttpError(404, 'not_found', 'There is no such command here.')));
  control.use(handleError(log));
  return control;
};
