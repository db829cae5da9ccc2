/** Everything that depends on the encryption key: what is sealed with it, and what is found by a hash under it. */
export type SealedValues = {
  /** The text that shows whether a key fits. */
  keyCheck: string;
  /** The key that a workspace is read with. */
  workspaceKeys: readonly WorkspaceKey[];
  /** The other keys of a workspace. */
  spareKeys: readonly WorkspaceKey[];
  nudgeAddresses: readonly NudgeSeals[];
  /** Hooks, live and ended. */
  hooks: readonly HookSeals[];
};

export type WorkspaceKey = { organizationId: string; keyHash: string; sealedKey: string };

export type NudgeSeals = { organizationId: string; tokenHash: string; sealedToken: string };

export type HookSeals = {
  id: string;
  targetHash: string;
  rateLimitKey: string | null;
  secretHash: string;
  sealedTarget: string;
  sealedSecret: string;
};
