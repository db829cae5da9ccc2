import type { RequestListener } from 'node:http';
import type { Metrics } from './create-metrics.ts';

/** Answers `GET /metrics` on a port of its own, which only this machine reaches: whoever asks may know. */
export const answerScrapes =
  ({ scrape }: Pick<Metrics, 'scrape'>, onError: (error: unknown) => void): RequestListener =>
  (request, response) => {
    request.resume();
    if (request.method !== 'GET' || request.url !== '/metrics') {
      response.writeHead(404).end();
      return;
    }
    scrape().then(
      ({ contentType, text }) => response.writeHead(200, { 'content-type': contentType }).end(text),
      (error: unknown) => {
        onError(error);
        response.writeHead(500).end();
      },
    );
  };
