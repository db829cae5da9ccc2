import { expect, test } from '@jest/globals';
import { coversScope } from '../../contract/covers-scope.ts';

test.each([
  [['tasks:read'], 'tasks:read', true],
  [['tasks:*'], 'tasks:read', true],
  [['tasks:*'], 'tasks:write', true],
  [['*'], 'tasks:write', true],
  [['contacts:read', 'tasks:write'], 'tasks:write', true],
  [[], 'tasks:read', false],
  [['tasks:write'], 'tasks:read', false],
  [['tasks'], 'tasks:read', false],
  [['task:*'], 'tasks:read', false],
  [['sequences:*'], 'tasks:read', false],
  [['*:read'], 'tasks:read', false],
  [['tasks:re*'], 'tasks:read', false],
  [['TASKS:READ'], 'tasks:read', false],
])('the scopes %j cover %s: %s', (scopes, needed, expected) => {
  expect(coversScope(scopes, needed)).toBe(expected);
});
