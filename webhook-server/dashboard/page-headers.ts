import type { RequestHandler } from 'express';

/** Pages run and show what this server serves, in files of its own: neither scripts nor styles within a page. */
const contentSecurityPolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  // Pico draws its icons as data.
  "img-src 'self' data:",
  "form-action 'self'",
  "frame-ancestors 'none'",
  "base-uri 'none'",
].join('; ');

/** The headers of every page. Browsers leave the origin out of a form's request where no referrer at all is wanted. */
export const setPageHeaders: RequestHandler = (_request, response, next) => {
  response.set({ 'content-security-policy': contentSecurityPolicy, 'referrer-policy': 'same-origin' });
  next();
};
