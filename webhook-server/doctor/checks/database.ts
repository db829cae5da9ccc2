import type { Config } from '../../config.ts';
import { databasePathIn } from '../../data-files.ts';
import { describeStore } from '../../describe-settings.ts';
import type { Inspection } from '../../store/inspection.ts';
import { inspectPostgres } from '../../store/postgres/inspect-postgres.ts';
import { inspectSqlite } from '../../store/sqlite/inspect-sqlite.ts';
import { type Finding, ok, warning, wrong } from '../finding.ts';

const check = 'database';

/** Looks into the database, and leaves it as it is. */
export const inspectDatabase = async ({ databaseUrl, dataFolder }: Config): Promise<Inspection> =>
  databaseUrl === undefined ? inspectSqlite(databasePathIn(dataFolder)) : inspectPostgres(databaseUrl.reveal());

/** Whether a server of this version could use the database. */
export const checkDatabase = (config: Config, inspection: Inspection): Finding => {
  const store = describeStore(config);
  switch (inspection.kind) {
    case 'new': {
      const variable = config.databaseUrl === undefined ? 'DATA_DIR' : 'DATABASE_URL';
      return warning(
        check,
        `${store}, is new and empty. If there was one before, ${variable} names another place now.`,
      );
    }
    case 'in use':
      return ok(check, `${store}, is in use by a server that runs.`);
    case 'unusable':
      return wrong(check, inspection.reason);
    case 'found': {
      const { schema, known } = inspection;
      if (schema > known) {
        const what = `${store}, was written by a newer version (schema ${schema}, known here: ${known}).`;
        const how = config.databaseUrl === undefined ? ' with `topo-for-zapier restore`' : '';
        return wrong(check, `${what} Start that version, or restore a backup from before it${how}.`);
      }
      if (schema < known) {
        return ok(
          check,
          `${store}, is of an earlier version: the next start brings it from schema ${schema} to ${known}.`,
        );
      }
      return ok(check, `${store}, can be used (schema ${schema}).`);
    }
  }
};
