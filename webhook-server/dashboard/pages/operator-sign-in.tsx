import type { RequestHandler } from 'express';
import * as z from 'zod';
import { parseRequest } from '../../http/validate-request.ts';
import { Secret } from '../../secrets/secret.ts';
import { Layout } from '../layout.tsx';
import { sendPage } from '../send-page.ts';
import type { OperatorSession } from '../session/operator-session.ts';
import type { SessionCookie } from '../session/session-cookie.ts';

const Form = z.object({ token: z.string().trim().max(512) });

const OperatorSignInPage = ({ problem }: { problem?: string | undefined }) => (
  <Layout title="Sign in as the operator" viewer="nobody">
    {problem !== undefined && (
      <p role="alert" class="problem">
        {problem}
      </p>
    )}
    <form method="post" action="operator-sign-in" class="narrow">
      <label>
        Operator token
        <input type="password" name="token" required maxlength={512} autocomplete="off" aria-describedby="token-help" />
        <small id="token-help">
          What OPERATOR_TOKEN holds on the server. It shows how all workspaces fare, and none of their tasks and people.
        </small>
      </label>
      <button type="submit">Sign in</button>
    </form>
    <p>
      <a href="sign-in">Sign in to a workspace</a>
    </p>
  </Layout>
);

/** `GET /dashboard/operator-sign-in`. */
export const showOperatorSignIn: RequestHandler = (_request, response) => {
  sendPage(response, <OperatorSignInPage />);
};

/** `POST /dashboard/operator-sign-in`: 303 to the operator's page, with a session. Topo is not asked. */
export const signInOperator =
  ({ session, cookie }: { session: OperatorSession; cookie: SessionCookie }): RequestHandler =>
  (request, response) => {
    const { token } = parseRequest(Form, request.body);
    const secret = session.secretFor(new Secret(token));
    if (secret === undefined) {
      sendPage(response, <OperatorSignInPage problem="This is not the operator token of this server." />, 401);
      return;
    }
    cookie.set(request, response, secret);
    response.redirect(303, 'operator');
  };

/** `POST /dashboard/operator-sign-out`: 303 to the form. */
export const signOutOperator =
  (cookie: SessionCookie): RequestHandler =>
  (request, response) => {
    cookie.clear(request, response);
    response.redirect(303, 'operator-sign-in');
  };
