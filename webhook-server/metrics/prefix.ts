/** What the name of each of our metrics begins with. */
export const prefix = 'topo_zapier_';
