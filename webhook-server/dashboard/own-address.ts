import { isIP } from 'node:net';
import type { Request } from 'express';

const isLoopback = (hostname: string): boolean =>
  hostname === 'localhost' ||
  hostname.endsWith('.localhost') ||
  hostname === '[::1]' ||
  (isIP(hostname) === 4 && hostname.startsWith('127.'));

/**
 * Where a browser sees the dashboard, as an origin such as `https://hooks.example.com`: what `PUBLIC_URL` says, else the
 * request's own host. Plain http counts on this machine alone.
 */
export const ownOrigin = (request: Request, publicUrl: string | undefined): string | undefined => {
  if (publicUrl !== undefined) return new URL(publicUrl).origin;
  const url = URL.parse(`https://${request.host ?? ''}`);
  if (url === null) return undefined;
  return isLoopback(url.hostname) && !request.secure ? `http://${request.host}` : url.origin;
};

/** Whether the browser reaches the dashboard by https, so that a cookie may demand it. */
export const isSecure = (request: Request, publicUrl: string | undefined): boolean =>
  ownOrigin(request, publicUrl)?.startsWith('http://') !== true;
