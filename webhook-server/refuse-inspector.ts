/*
 * Keeps SIGUSR1 from opening Node's inspector, through which anybody on this machine could read the keys in memory.
 * `npm run serve` also says `--disable-sigusr1`, which holds from the first moment; this holds however the server is
 * started.
 */
process.on('SIGUSR1', () => {});
