import type { Response } from 'express';
import type { VNode } from 'preact';
import { renderToString } from 'preact-render-to-string';

/** Answers a whole page. Every text in it was escaped when it was rendered. */
export const sendPage = (response: Response, page: VNode, status = 200): void => {
  response
    .status(status)
    .type('html')
    .send(`<!doctype html>${renderToString(page)}`);
};
