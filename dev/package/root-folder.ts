import { fileURLToPath } from 'node:url';

const isSource = import.meta.url.endsWith('.ts');

/** The folder of the checkout, both for built code and for tests that run the source. */
export const rootFolder = fileURLToPath(new URL(isSource ? '../../' : '../../../', import.meta.url));
