/** The Zapier user in a hook URL's path, or `undefined` for any other URL. */
export const zapierUserOf = ({ host, pathname }: URL): string | undefined => {
  const user = /^\/hooks\/(?:standard|catch)\/([^/]+)\//.exec(pathname)?.[1];
  return user === undefined ? undefined : `${host}/${user}`;
};
