import type { RequestHandler } from 'express';
import { openApiDocument } from '../openapi/document.ts';

/** `GET /openapi.json`: the routes of this server, for whoever asks. It is made when somebody does, once. */
export const openApi = (): RequestHandler => {
  let text: string | undefined;
  return (_request, response) => {
    text ??= JSON.stringify(openApiDocument());
    response.type('application/json').send(text);
  };
};
