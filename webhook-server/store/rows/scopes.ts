/** What a key may do, from a JSON list that a flow wrote; null when nobody noted it. */
export const readScopes = (json: string | null): readonly string[] | null => (json === null ? null : JSON.parse(json));
