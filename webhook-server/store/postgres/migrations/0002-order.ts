/** Fewer indexes, so that less is written for each delivery. */
export const order = `
-- Whatever a delivery has to wait for is among the first of its hook's queue, and so is what is under way.
drop index delivery_order;
-- Without it PostgreSQL leases a delivery in place, and touches no index.
drop index delivery_leased;
`;
