/** Whoever calls a workspace's secret address makes the detector look at it sooner. */
export const nudgeAddress = `
create table nudge_address (
  organization_id text primary key,
  token_hash      text not null unique,
  sealed_token    text not null,
  created_at_ms   bigint not null
);
`;
