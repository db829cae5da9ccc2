import * as z from 'zod';

export type JsonSchema = Record<string, unknown>;

const convert = (shape: z.ZodType, io: 'input' | 'output'): JsonSchema => {
  const { $schema: _, ...schema } = z.toJSONSchema(shape, { io, unrepresentable: 'any' });
  return schema;
};

/** What is sent or answered: what a shape takes in, before it is read. */
export const schemaOf = (shape: z.ZodType): JsonSchema => convert(shape, 'input');

/** A parameter of a query. One that may be given several times takes in anything and gives a list. */
export const parameterSchemaOf = (shape: z.ZodType): JsonSchema => {
  const schema = convert(shape, 'input');
  return 'type' in schema || 'enum' in schema || 'anyOf' in schema ? schema : convert(shape, 'output');
};
