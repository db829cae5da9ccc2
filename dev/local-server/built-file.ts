const isSource = import.meta.url.endsWith('.ts');
const builtFolder = new URL(isSource ? '../../dist/' : '../../', import.meta.url);

/** The URL of a built file, such as `index.js`, both for built code and for tests that run the source. */
export const builtFile = (path: string): URL => new URL(path, builtFolder);
