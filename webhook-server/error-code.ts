/** The `code` that Node and most libraries give their errors, such as `ECONNRESET`; `undefined` for any other error. */
export const errorCode = (error: unknown): string | undefined =>
  typeof error === 'object' && error !== null && 'code' in error && typeof error.code === 'string'
    ? error.code
    : undefined;
