type Issues = { issues: readonly { path: readonly PropertyKey[] }[] };

/** The paths of the fields that failed validation, such as `items.0.id`; never their values. */
export const invalidFieldsOf = ({ issues }: Issues): string[] =>
  issues.map(({ path }) => (path.length === 0 ? 'all of it' : path.map(String).join('.')));
