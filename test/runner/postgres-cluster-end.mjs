/** Stops what `postgres-cluster.mjs` has started. */
export default async function stopPostgres() {
  await globalThis.stopPostgres?.();
}
