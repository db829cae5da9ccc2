/** Notices to whoever runs the server. */
export const notices = `
insert into chore (name) values ('notices');

-- What was told to be wrong, and has not been told to be well again.
create table notice (
  cause      text primary key,
  well_looks integer not null default 0 -- so many looks in a row found it well
);
`;
