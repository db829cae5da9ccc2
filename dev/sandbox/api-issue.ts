/** Topo calls its errors issues. The last two names are ours, because Topo's are not known. */
export type IssueType =
  | 'ValidationIssue'
  | 'UnauthorizedIssue'
  | 'NotFoundIssue'
  | 'CommitIssue'
  | 'BusinessIssue'
  | 'RateLimitIssue'
  | 'InternalIssue';

/** An error of the API: thrown by whatever refuses a request, sent as Topo's error body. */
export class Issue extends Error {
  readonly status: number;
  readonly type: IssueType;
  readonly data: Record<string, unknown> | undefined;

  constructor(status: number, type: IssueType, message: string, data?: Record<string, unknown>) {
    super(message);
    this.name = 'Issue';
    this.status = status;
    this.type = type;
    this.data = data;
  }
}

const typeOfStatus: Readonly<Record<number, IssueType>> = {
  400: 'ValidationIssue',
  401: 'UnauthorizedIssue',
  403: 'UnauthorizedIssue',
  404: 'NotFoundIssue',
  409: 'CommitIssue',
  422: 'BusinessIssue',
  429: 'RateLimitIssue',
};

/** An issue whose status alone matters. */
export const issueOfStatus = (status: number): Issue =>
  new Issue(status, typeOfStatus[status] ?? 'InternalIssue', 'Something went wrong.');

/** 400: a field is missing or malformed. The message and `data` name the field. */
export const validationIssue = (field: string, problem: string): Issue =>
  new Issue(400, 'ValidationIssue', `${field} ${problem}.`, { field });

/** 404: it does not exist, or belongs to another workspace. */
export const notFoundIssue = (thing: string, id: string): Issue =>
  new Issue(404, 'NotFoundIssue', `${thing} ${id} was not found.`);

/** 404: no such route. */
export const unknownRouteIssue = (method: string, path: string): Issue =>
  new Issue(404, 'NotFoundIssue', `${method} ${path} is not a route.`);

/** 409: the task's state does not allow it. */
export const commitIssue = (message: string): Issue => new Issue(409, 'CommitIssue', message);

/** 422: a business rule forbids it. */
export const businessIssue = (message: string): Issue => new Issue(422, 'BusinessIssue', message);
