import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import { isRecord } from '../../dev/local-zapier/is-record.ts';
import { openApiDocument } from '../../webhook-server/http/openapi/document.ts';

type Answered = { status: number; type: string | null; text: string };
type Described = { method: string; pattern: RegExp; responses: Record<string, unknown> };

const document = openApiDocument();
const ajv = new Ajv2020({ strict: false, validateFormats: false });
ajv.addSchema({ $id: 'openapi', components: document['components'] });

const recordAt = (value: unknown, key: string): Record<string, unknown> => {
  const found = isRecord(value) ? value[key] : undefined;
  return isRecord(found) ? found : {};
};

const described: Described[] = Object.entries(recordAt(document, 'paths')).flatMap(([path, item]) =>
  Object.keys(isRecord(item) ? item : {}).map((method) => ({
    method,
    pattern: new RegExp(`^${path.replaceAll('.', '\\.').replaceAll(/\{\w+\}/g, '[^/]+')}$`),
    responses: recordAt(recordAt(item, method), 'responses'),
  })),
);

const validators = new Map<unknown, ValidateFunction>();

const validatorOf = (schema: object): ValidateFunction => {
  const known = validators.get(schema);
  if (known !== undefined) return known;
  const text = JSON.stringify(schema).replaceAll('#/components/', 'openapi#/components/');
  const validate = ajv.compile(JSON.parse(text));
  validators.set(schema, validate);
  return validate;
};

const errorSchema = { $ref: '#/components/schemas/Error' };

/** Fixed words come before an id in the same place: `/people/import` is no person. */
const operationOf = (method: string, path: string): Described | undefined => {
  const fitting = described.filter((each) => each.method === method.toLowerCase() && each.pattern.test(path));
  return fitting.find(({ pattern }) => !pattern.source.includes('[^/]+')) ?? fitting[0];
};

/**
 * Holds an answer against the OpenAPI document. An error that a route does not name has the shape of every error.
 *
 * @throws Error for an answer that the document does not describe.
 */
export const holdAnswer = (method: string, path: string, { status, type, text }: Answered): void => {
  const operation = operationOf(method, path.replace(/\?.*$/s, ''));
  if (operation === undefined) return;
  const { responses } = operation;
  const named = `${method} ${path} answered ${status}`;
  if (responses[status] === undefined && status < 400) throw new Error(`${named}, which is not described.`);
  const content = responses[status] === undefined ? undefined : recordAt(responses[status], 'content');
  if (content !== undefined && Object.keys(content).length === 0) {
    if (text !== '') throw new Error(`${named} with a body that is not described: ${text.slice(0, 200)}`);
    return;
  }
  if (content !== undefined && content['application/json'] === undefined) return;
  if (type?.startsWith('application/json') !== true) throw new Error(`${named} with ${type}.`);
  const schema = content === undefined ? errorSchema : recordAt(content['application/json'], 'schema');
  const validate = validatorOf(schema);
  if (!validate(JSON.parse(text))) {
    throw new Error(
      `${named} with another shape than is described: ${ajv.errorsText(validate.errors)}\n${text.slice(0, 500)}`,
    );
  }
};
