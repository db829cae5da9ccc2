type Issues = { issues: readonly { path: readonly PropertyKey[] }[] };

/** Which fields a schema found fault with, such as `items.0.id`; their values stay out of it. */
export const invalidFieldsOf = ({ issues }: Issues): string[] =>
  issues.map(({ path }) => (path.length === 0 ? 'all of it' : path.map(String).join('.')));
