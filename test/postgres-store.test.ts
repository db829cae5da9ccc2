import { describePostgres, openPostgresStore } from './support/postgres.ts';
import { describeStore } from './support/store-contract.ts';

describePostgres('over PostgreSQL', () => {
  describeStore('PostgreSQL', openPostgresStore);
});
