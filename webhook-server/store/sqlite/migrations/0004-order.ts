/** Whatever a delivery has to wait for is among the first of its hook's queue, where it is found without an index. */
export const order = `
drop index delivery_order;
`;
