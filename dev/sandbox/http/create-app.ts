import express, { type Express, type Request, type RequestHandler, type Response } from 'express';
import { Issue, issueOfStatus, unknownRouteIssue, validationIssue } from '../api-issue.ts';
import type { Control } from '../controls/control.ts';
import { controls } from '../controls/controls.ts';
import type { Fault, FaultQueue } from '../fault.ts';
import type { Journal } from '../journal.ts';
import type { SimulatedUser } from '../workspace/simulated-user.ts';
import type { Workspaces } from '../workspace/workspace.ts';
import { authorize, findHolder } from './authenticate.ts';
import { readObject } from './read-field.ts';
import { faultReply, issueReply, jsonReply, type Reply } from './reply.ts';
import type { Route } from './route.ts';

/** A request that was answered; `status` is `null` when its connection was cut instead. */
export type RequestRecord = {
  readonly at: Date;
  readonly method: string;
  /** Starts with `/v1`, or with `/sandbox` where somebody plays by hand; without the query. */
  readonly path: string;
  readonly query: URLSearchParams;
  readonly status: number | null;
  /** The part of the key that may be shown; `null` when the sandbox never had that key. */
  readonly keyPrefix: string | null;
};

export type AppParts = {
  readonly workspaces: Workspaces;
  readonly user: SimulatedUser;
  readonly routes: readonly Route[];
  readonly faults: FaultQueue;
  readonly requests: Journal<RequestRecord>;
  readonly clock: () => Date;
  /** How long every answer takes, besides what faults do. */
  readonly latencyMs: number;
  readonly drawRequestId: () => string;
};

const urlOf = (request: Request): URL => new URL(request.originalUrl, 'http://sandbox');

/** Express's own errors (malformed JSON, a body too large, a bad escape in the path) are the client's mistake. */
const issueOf = (error: unknown): Issue => {
  if (error instanceof Issue) return error;
  if (error instanceof URIError) return validationIssue('path', 'is malformed');
  const type = error instanceof Error && 'type' in error ? error.type : undefined;
  if (typeof type === 'string') return validationIssue('body', 'must be JSON');
  return issueOfStatus(500);
};

const wait = (delayMs: number): Promise<void> =>
  new Promise((resolve) => {
    setTimeout(resolve, delayMs).unref();
  });

const parseJson = express.json();

/** `curl --data` calls everything a form. */
const parseAnything = express.json({ type: () => true });

/** Reads the body after authorization, so that a 401 or 403 comes before any complaint about the body. */
const readJson = (parse: typeof parseJson, request: Request, response: Response): Promise<unknown> =>
  new Promise((resolve, reject) => {
    parse(request, response, (error?: unknown) => {
      if (error === undefined) resolve(request.body);
      else reject(error);
    });
  });

/** Creates the Express application that imitates Topo's API. */
export const createApp = (parts: AppParts): Express => {
  const { workspaces, user, routes, faults, requests, clock, latencyMs, drawRequestId } = parts;
  const faultsOf = new WeakMap<Request, Fault>();

  const record = (request: Request, status: number | null) => {
    const { pathname, searchParams } = urlOf(request);
    const keyPrefix = findHolder(workspaces, request.get('authorization'))?.key.prefix ?? null;
    requests.append({ at: clock(), method: request.method, path: pathname, query: searchParams, status, keyPrefix });
  };

  const write = (request: Request, response: Response, { status, headers, body }: Reply) => {
    record(request, status);
    response.writeHead(status, { ...headers, date: clock().toUTCString(), 'content-length': Buffer.byteLength(body) });
    response.end(body);
  };

  const fail = (request: Request, response: Response, fault: Exclude<Fault, { kind: 'delay' }>) => {
    if (fault.kind !== 'cut') return write(request, response, faultReply(fault, drawRequestId()));
    record(request, null);
    request.socket.destroy();
  };

  const send = async (request: Request, response: Response, reply: Reply) => {
    const fault = faultsOf.get(request);
    if (fault === undefined) return write(request, response, reply);
    if (fault.kind !== 'delay') return fail(request, response, fault);
    await wait(fault.delayMs);
    write(request, response, reply);
  };

  const takeTime: RequestHandler = async (_request, _response, next) => {
    await wait(latencyMs);
    next();
  };

  const applyFault: RequestHandler = async (request, response, next) => {
    const fault = faults.take({ method: request.method, path: urlOf(request).pathname });
    if (fault === undefined) return next();
    if (fault.afterwards === true) {
      faultsOf.set(request, fault);
      return next();
    }
    if (fault.kind !== 'delay') return fail(request, response, fault);
    await wait(fault.delayMs);
    next();
  };

  const serve =
    ({ scope, answer }: Route): RequestHandler =>
    async (request, response) => {
      const { key, workspace } = authorize(findHolder(workspaces, request.get('authorization')), scope);
      const body = await readJson(parseJson, request, response);
      const { searchParams: query } = urlOf(request);
      const reply = jsonReply(200, await answer({ workspace, key, params: request.params, query, body }));
      key.lastUsedAt = workspace.now();
      await send(request, response, reply);
    };

  const control =
    ({ answer }: Control): RequestHandler =>
    async (request, response) => {
      const body = readObject((await readJson(parseAnything, request, response)) ?? {});
      write(request, response, jsonReply(200, answer({ workspaces, user, params: request.params, body })));
    };

  const app = express();
  app.disable('x-powered-by');
  for (const each of controls) app.post(`/sandbox${each.path}`, control(each));
  if (latencyMs > 0) app.use(takeTime);
  app.use(applyFault);
  for (const route of routes) app[route.method](`/v1${route.path}`, serve(route));
  app.use((request: Request) => {
    throw unknownRouteIssue(request.method, urlOf(request).pathname);
  });
  app.use(async (error: unknown, request: Request, response: Response, _next: () => void) => {
    await send(request, response, issueReply(issueOf(error), drawRequestId()));
  });
  return app;
};
