import { createHash, timingSafeEqual } from 'node:crypto';
import type { RequestHandler } from 'express';
import type { Secret } from '../../secrets/secret.ts';
import { HttpError } from '../errors/http-error.ts';

export type MetricsPorts = {
  scrape: () => Promise<{ contentType: string; text: string }>;
  token: Secret;
};

const hash = (text: string): Buffer => createHash('sha256').update(text).digest();

const bearer = /^Bearer +([\x21-\x7e]{1,512})$/i;

/** `GET /metrics`: what Prometheus reads, for whoever has the token. */
export const metrics = ({ scrape, token }: MetricsPorts): RequestHandler => {
  const expected = hash(token.reveal());
  return async (request, response) => {
    const given = bearer.exec(request.get('authorization')?.trim() ?? '')?.[1] ?? '';
    if (!timingSafeEqual(hash(given), expected)) {
      throw new HttpError(401, 'unauthorized', 'Send METRICS_TOKEN in a header: “Authorization: Bearer …”.');
    }
    const { contentType, text } = await scrape();
    response.set('content-type', contentType).send(text);
  };
};
