import type { RequestHandler } from 'express';
import * as z from 'zod';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { presentKey } from '../../http/authentication/credential.ts';
import { parseRequest } from '../../http/validate-request.ts';
import { hashTopoKey } from '../../seals/lookup-hashes.ts';
import { Secret } from '../../secrets/secret.ts';
import type { Vault } from '../../secrets/vault.ts';
import { Layout } from '../layout.tsx';
import { sendPage } from '../send-page.ts';
import type { SessionCookie } from '../session/session-cookie.ts';

/** A page of the dashboard with its filters. Nothing else is a place to go on to. */
const page = z
  .string()
  .regex(/^[a-z-]{1,40}(\?[^#\\]{0,2000})?$/)
  .catch('health');

const Query = z.object({ next: page });
const Form = z.object({
  next: page,
  key: z
    .string()
    .trim()
    .regex(/^[\x21-\x7e]{1,512}$/, { error: 'Paste a Topo API key: letters and digits without spaces.' }),
});

type SignInProps = { next: string; problem?: string | undefined; hasOperator: boolean };

/** The form that takes a Topo key. */
export const SignInPage = ({ next, problem, hasOperator }: SignInProps) => (
  <Layout title="Sign in" viewer="nobody">
    {problem !== undefined && (
      <p role="alert" class="problem">
        {problem}
      </p>
    )}
    <form method="post" action="sign-in" class="narrow">
      <label>
        Topo API key
        <input
          type="password"
          name="key"
          required
          maxlength={512}
          autocomplete="off"
          spellcheck={false}
          aria-describedby="key-help"
        />
        <small id="key-help">
          From Topo, under Settings → Developers → API Keys. With the scope tasks:read it shows these pages, and with
          tasks:write it changes things. Only your browser keeps it, encrypted, for 12 hours.
        </small>
      </label>
      <input type="hidden" name="next" value={next} />
      <button type="submit">Sign in</button>
    </form>
    {hasOperator && (
      <p>
        <a href="operator-sign-in">Sign in as the operator of this server</a>
      </p>
    )}
  </Layout>
);

/** `GET /dashboard/sign-in`. */
export const showSignIn =
  ({ hasOperator }: { hasOperator: boolean }): RequestHandler =>
  (request, response) => {
    const { next } = parseRequest(Query, request.query);
    sendPage(response, <SignInPage next={next} hasOperator={hasOperator} />);
  };

/** Takes the key from the form, as if it had come in the header of a call. */
export const takeKey =
  (vault: Vault): RequestHandler =>
  (request, _response, next) => {
    const { key } = parseRequest(Form, request.body);
    presentKey(request, hashTopoKey(vault, new Secret(key)));
    next();
  };

/** `POST /dashboard/sign-in`: 303 to the page that was asked for, with a session. To stand behind `takeKey`. */
export const signIn =
  ({ authenticate, cookie }: { authenticate: Authenticate; cookie: SessionCookie }): RequestHandler =>
  async (request, response) => {
    const { next } = parseRequest(Form, request.body);
    const { key } = await authenticate(request, 'tasks:read');
    cookie.set(request, response, key);
    response.redirect(303, next);
  };

/** `POST /dashboard/sign-out`: 303 to the form. */
export const signOut =
  (cookie: SessionCookie): RequestHandler =>
  (request, response) => {
    cookie.clear(request, response);
    response.redirect(303, 'sign-in');
  };
