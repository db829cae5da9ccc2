/** Servers of several versions share the database while they are replaced one after the other: each proves its place. */
export const proof = `
-- Fails unless the tables have the schema number, and are sealed with the key, that the server was started with; null
-- proves no key. Until the transaction ends neither can change: who changes them takes the same lock alone. Volatile, so
-- that it looks again after it has waited. Servers of every version call it: it keeps its parameters and its codes.
create function prove(known_schema integer, known_key_check text) returns boolean language plpgsql volatile as $$
begin
  perform pg_advisory_xact_lock_shared(7464210, hashtext(current_schema()));
  if (select max(number) from migration) is distinct from known_schema then
    raise exception 'the tables have another schema number' using errcode = 'TZ001';
  end if;
  if known_key_check is not null and not exists (select from key_check where sealed = known_key_check) then
    raise exception 'everything is sealed with another key' using errcode = 'TZ002';
  end if;
  return true;
end $$;
`;
