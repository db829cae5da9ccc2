import type { ErrorRequestHandler, Request } from 'express';
import { beginErrorAnswer } from '../http/errors/begin-error-answer.ts';
import type { Log } from '../log.ts';
import { Layout } from './layout.tsx';
import { SignInPage } from './pages/sign-in.tsx';
import { sendPage } from './send-page.ts';
import type { SessionCookie } from './session/session-cookie.ts';

type Ports = { cookie: SessionCookie; hasOperator: boolean; log: Log };

const isOperator = ({ path }: Request): boolean => path.startsWith('/operator');

/**
 * Answers every error as a page. A key that Topo does not accept ends the session, as it ends calls; logs the server's own
 * faults with their cause.
 */
export const handlePageError =
  ({ cookie, hasOperator, log }: Ports): ErrorRequestHandler =>
  (error, request, response, _next) => {
    const begun = beginErrorAnswer(log, error, response);
    if (begun === undefined) return;
    const { status, message } = begun.error;
    const isSigningIn = request.method === 'POST' && request.path === '/sign-in';
    if (status === 401 || isSigningIn) {
      if (status === 401) cookie.clear(request, response);
      sendPage(response, <SignInPage next="health" problem={message} hasOperator={hasOperator} />, status);
      return;
    }
    const title = status === 404 ? 'There is no such page' : 'This did not work';
    sendPage(
      response,
      <Layout title={title} viewer={isOperator(request) ? 'operator' : 'workspace'}>
        <p role="alert" class="problem">
          {message}
        </p>
        <p>
          <a href={isOperator(request) ? 'operator' : 'health'}>Go to the first page</a>
        </p>
        <p>
          <small>Request {begun.requestId}</small>
        </p>
      </Layout>,
      status,
    );
  };
