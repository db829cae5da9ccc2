/**
 * Whether a key with these scopes may do what needs the scope `resource:action`: it has that scope, all actions of the
 * resource (`tasks:*`), or everything (`*`).
 */
export const coversScope = (scopes: readonly string[], needed: string): boolean => {
  const [resource] = needed.split(':', 1);
  return [needed, `${resource}:*`, '*'].some((scope) => scopes.includes(scope));
};
