import packageJson from '../../package.json' with { type: 'json' };

const { name, version, description, license, exports, dependencies } = packageJson;

/** The `package.json` that Zapier gets: the bundled app depends on core alone. */
export const appManifest = {
  name,
  version,
  description,
  license,
  private: true,
  type: 'module',
  exports,
  // Zapier runs apps on Node 22; what the webhook server needs besides is no matter there.
  engines: { node: '>=22' },
  dependencies: { 'zapier-platform-core': dependencies['zapier-platform-core'] },
};
