import type { Request, Response } from 'express';
import * as z from 'zod';
import { Secret } from '../../secrets/secret.ts';
import { SealBroken, type Vault } from '../../secrets/vault.ts';
import { isSecure } from '../own-address.ts';

/** How long somebody stays signed in. */
const sessionMs = 12 * 3_600_000;

const Sealed = z.object({ secret: z.string(), until: z.number() });

export type SessionCookie = {
  /** Signs in: the browser keeps the secret, sealed, and this server keeps nothing. */
  set(request: Request, response: Response, secret: Secret): void;
  /** The secret of whoever is signed in. */
  read(request: Request): Secret | undefined;
  clear(request: Request, response: Response): void;
};

type Ports = { vault: Vault; clock: () => number; publicUrl: string | undefined };

const valueIn = (cookies: string, name: string): string | undefined =>
  cookies
    .split(';')
    .map((cookie) => cookie.trim())
    .find((cookie) => cookie.startsWith(`${name}=`))
    ?.slice(name.length + 1);

/**
 * A cookie that holds a secret, sealed together with the time at which it ends. A browser sends it back to this host
 * alone, by https, and shows it to no script. On this machine alone it may go by http, under a plain name.
 *
 * @param name such as `topo_session`; what is sealed for one name opens for no other.
 */
export const createSessionCookie = (name: string, { vault, clock, publicUrl }: Ports): SessionCookie => {
  const associatedData = `dashboard/${name}`;
  const nameFor = (request: Request): string => (isSecure(request, publicUrl) ? `__Host-${name}` : name);
  const optionsFor = (request: Request) =>
    ({ httpOnly: true, secure: isSecure(request, publicUrl), sameSite: 'lax', path: '/' }) as const;

  const open = (sealed: string): Secret | undefined => {
    try {
      const { secret, until } = Sealed.parse(JSON.parse(vault.open(sealed, associatedData).reveal()));
      return until > clock() && until <= clock() + sessionMs ? new Secret(secret) : undefined;
    } catch (error) {
      // Somebody made it up, or it was sealed with a key before this one.
      if (error instanceof SealBroken) return undefined;
      throw error;
    }
  };

  return {
    set(request, response, secret) {
      const text = new Secret(JSON.stringify({ secret: secret.reveal(), until: clock() + sessionMs }));
      response.cookie(nameFor(request), vault.seal(text, associatedData), {
        ...optionsFor(request),
        maxAge: sessionMs,
        encode: String,
      });
    },
    read(request) {
      const sealed = valueIn(request.headers.cookie ?? '', nameFor(request));
      return sealed === undefined ? undefined : open(sealed);
    },
    clear(request, response) {
      response.clearCookie(nameFor(request), optionsFor(request));
    },
  };
};
