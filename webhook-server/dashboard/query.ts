import * as z from 'zod';

/** An empty field of a form is one that was left out. */
export const optional = <Shape extends z.ZodType>(shape: Shape) =>
  z.preprocess((value) => (value === '' ? undefined : value), shape.optional());

/** Which page of a list: the first is 1. */
export const pageNumber = z
  .string()
  .regex(/^[1-9]\d{0,4}$/, { error: 'Expected a number from 1 on.' })
  .transform(Number)
  .default(1);

/** An id as this server makes them, or as Topo does. */
export const someId = z.string().min(1).max(100);

/** The address of a page with these filters; those without a value are left out. */
export const hrefOf = (page: string, filters: Record<string, string | number | undefined>): string => {
  const given = Object.entries(filters).filter(([, value]) => value !== undefined);
  const query = new URLSearchParams(given.map(([name, value]) => [name, String(value)])).toString();
  return query === '' ? page : `${page}?${query}`;
};
