import type { ErrorRequestHandler } from 'express';
import type { ErrorBody } from '../../../contract/error-body.ts';
import type { Log } from '../../log.ts';
import { beginErrorAnswer } from './begin-error-answer.ts';

/** Answers every error in one shape, without a stack trace. Logs the server's own faults with their cause. */
export const handleError =
  (log: Log): ErrorRequestHandler =>
  (error, _request, response, _next) => {
    const begun = beginErrorAnswer(log, error, response);
    if (begun === undefined) return;
    const { status, code, message, field } = begun.error;
    const body: ErrorBody = {
      error: { code, message, ...(field === undefined ? {} : { field }), request_id: begun.requestId },
    };
    response.status(status).json(body);
  };
