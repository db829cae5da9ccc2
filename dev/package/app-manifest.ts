import packageJson from '../../package.json' with { type: 'json' };

const { name, version, description, license, exports, engines, dependencies } = packageJson;

/** The `package.json` that Zapier gets: the bundled app depends on core alone. */
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
