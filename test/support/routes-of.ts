import type { Express } from 'express';

/** The routes of an application, such as `get /hooks/{}`. */
export const routesOf = (http: Express): string[] =>
  http.router.stack.flatMap(({ route }) => {
    if (route === undefined) return [];
    const path = route.path.replaceAll(/:\w+/g, '{}');
    return route.stack
      .map(({ method }) => `${method} ${path}`)
      .filter((each, index, all) => all.indexOf(each) === index);
  });
