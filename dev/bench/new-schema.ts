import { Client } from 'pg';

/** Makes a schema, which is a database of its own as far as a store can see; answers its address. */
export const newSchema = async (clusterUrl: string, name: string): Promise<string> => {
  const client = new Client({ connectionString: clusterUrl });
  await client.connect();
  await client.query(`create schema ${client.escapeIdentifier(name)}`);
  await client.end();
  const url = new URL(clusterUrl);
  url.searchParams.set('options', `-c search_path=${name}`);
  return url.href;
};
