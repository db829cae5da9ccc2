import fc from 'fast-check';
import type * as z from 'zod';

type Definition = z.core.$ZodTypeDef & {
  format?: string;
  shape?: Record<string, z.core.$ZodType>;
  element?: z.core.$ZodType;
  innerType?: z.core.$ZodType;
  entries?: Record<string, string>;
  values?: unknown[];
  options?: z.core.$ZodType[];
};

const definitionOf = (schema: z.core.$ZodType): Definition => schema._zod.def as Definition;

const bound = (schema: z.core.$ZodType, name: 'minimum' | 'maximum', otherwise: number): number => {
  const { [name]: found } = schema._zod.bag;
  return typeof found === 'number' ? found : otherwise;
};

const moments = fc
  .date({ min: new Date('2000-01-01'), max: new Date('2100-01-01'), noInvalidDate: true })
  .map((date) => date.toISOString());

const formats: Record<string, fc.Arbitrary<string>> = {
  guid: fc.uuid(),
  uuid: fc.uuid(),
  email: fc.nat({ max: 9999 }).map((number) => `person${number}@example.com`),
  url: fc.webUrl(),
  datetime: moments,
  date: moments.map((moment) => moment.slice(0, 10)),
};

const textOf = (schema: z.core.$ZodType): fc.Arbitrary<string> =>
  formats[definitionOf(schema).format ?? ''] ??
  fc.string({
    unit: 'grapheme',
    minLength: bound(schema, 'minimum', 0),
    maxLength: Math.min(20, bound(schema, 'maximum', 20)),
  });

const listOf = (schema: z.core.$ZodType, element: z.core.$ZodType): fc.Arbitrary<unknown> =>
  fc.array(arbitraryOf(element), {
    minLength: bound(schema, 'minimum', 0),
    maxLength: Math.min(5, bound(schema, 'maximum', 5)),
  });

/** Values that a schema of this project's routes lets through, or nearly: transforms may find fault with some. */
export const arbitraryOf = (schema: z.core.$ZodType): fc.Arbitrary<unknown> => {
  const definition = definitionOf(schema);
  const inner = definition.innerType === undefined ? fc.anything() : arbitraryOf(definition.innerType);
  switch (definition.type) {
    case 'string':
      return textOf(schema);
    case 'enum':
      return fc.constantFrom(...Object.values(definition.entries ?? {}));
    case 'literal':
      return fc.constantFrom(...(definition.values ?? []));
    case 'union':
      return fc.oneof(...(definition.options ?? []).map(arbitraryOf));
    case 'nullable':
      return fc.option(inner);
    case 'optional':
    case 'default':
      return fc.option(inner, { nil: undefined });
    case 'array':
      return listOf(schema, definition.element ?? schema);
    case 'object':
      return fc.record(
        Object.fromEntries(
          Object.entries(definition.shape ?? {}).map(([name, field]) => [name, arbitraryOf(field)] as const),
        ),
      );
    case 'boolean':
      return fc.boolean();
    default:
      throw new Error(`No values of the type ${definition.type} are made here.`);
  }
};
