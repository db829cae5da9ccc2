const isSource = import.meta.url.endsWith('.ts');
const builtFolder = new URL(isSource ? '../../dist/' : '../../', import.meta.url);

/** Where the build has put a file, such as `index.js`, for the built code and for tests that run the source. */
export const builtFile = (path: string): URL => new URL(path, builtFolder);
