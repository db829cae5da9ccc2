import packageJson from '../../package.json' with { type: 'json' };

const { name, version, description, license, exports, engines, dependencies } = packageJson;

/** The `package.json` that goes to Zapier: core is all that the bundled app needs. */
export const appManifest = {
  name,
  version,
  description,
  license,
  private: true,
  type: 'module',
  exports,
  engines,
  dependencies: { 'zapier-platform-core': dependencies['zapier-platform-core'] },
};
