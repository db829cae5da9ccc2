import { readdirSync, readFileSync } from 'node:fs';
import { extname } from 'node:path';
import type { RequestHandler } from 'express';

const types: Record<string, string> = { '.css': 'text/css; charset=utf-8', '.js': 'text/javascript; charset=utf-8' };

/** The build puts the hash of a file between its name and its end. */
const plainName = (file: string): string => file.replace(/\.[0-9a-f]{16}(?=\.\w+$)/, '');

const folder = new URL('./assets/', import.meta.url);

const files = new Map(readdirSync(folder).map((file) => [file, readFileSync(new URL(file, folder))]));
const fileOf = new Map([...files.keys()].map((file) => [plainName(file), file]));

/** Where pages find one of the files in `assets/`, by the name that it has before it is built. */
export const assetUrl = (name: string): string => `assets/${fileOf.get(name) ?? name}`;

/** `GET /dashboard/assets/:name`. Another content has another name, so browsers may keep each for good. */
export const serveAsset: RequestHandler<{ name: string }> = ({ params: { name } }, response, next) => {
  const content = files.get(name);
  const type = types[extname(name)];
  if (content === undefined || type === undefined) {
    next();
    return;
  }
  response.set({ 'content-type': type, 'cache-control': 'public, max-age=31536000, immutable' }).send(content);
};
