import type { RequestHandler } from 'express';
import { openApiDocument } from '../openapi/document.ts';

/** `GET /openapi.json`: the routes of this server, for whoever asks. */
export const openApi = (): RequestHandler => {
  const text = JSON.stringify(openApiDocument());
  return (_request, response) => {
    response.type('application/json').send(text);
  };
};
