// Long: random histories, over every store.

import { readFileSync } from 'node:fs';
import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { everyStore, type Ground } from '../../support/every-store.ts';
import { type Command, commands, routeNames } from '../../support/tenancy/command.ts';
import { type Answered, runCommands, type Workspace, workspaceOf } from '../../support/tenancy/run-commands.ts';

const isDeep = process.env['TEST_DEEP'] === 'yes';
const seed = Number(process.env['SEED'] ?? 20_260_302);
const runsOf = (name: string): number =>
  Number(process.env['HISTORIES'] ?? (isDeep ? 400 : name === 'SQLite' ? 12 : 4));

const seenBy = (answers: readonly Answered[], workspace: Workspace) =>
  answers
    .filter(({ by }) => workspaceOf[by] === workspace)
    .map(({ step, by, route, status, text }) => ({ step, by, route, status, text }));

/** A key with too few scopes, an unknown key and no key are told so, whatever they ask for. */
const expectRefusals = (answers: readonly Answered[]): void => {
  const expected = { northScopeless: 403, outsider: 401, nobody: 401 };
  for (const { by, route, status, raw } of answers) {
    if (by === 'northReader') expect([route, status < 500]).toEqual([route, true]);
    if (by !== 'northScopeless' && by !== 'outsider' && by !== 'nobody') continue;
    // The address is the key there, and nobody learns whether it fits.
    if (route === 'POST /nudges/:token') continue;
    // The secret is the key there, and these have none.
    expect([by, route, status]).toEqual([
      by,
      route,
      route.endsWith('with a secret') ? expect.any(Number) : expected[by],
    ]);
    expect(JSON.parse(raw)).toHaveProperty('error.request_id');
  }
};

/** No answer holds an id, a secret or a name of the other workspace that the caller had not sent itself. */
const expectNoneOf = (
  answers: readonly Answered[],
  secrets: readonly string[],
  about: (by: Answered) => boolean,
): void => {
  for (const { asked, raw, route } of answers.filter(about)) {
    const leaked = secrets.filter((secret) => raw.includes(secret) && !asked.includes(secret));
    expect({ route, leaked }).toEqual({ route, leaked: [] });
  }
};

/** What somebody is answered is the same whether or not anybody else is there. */
const check = async (begin: () => Promise<Ground>, history: readonly Command[]): Promise<Answered[]> => {
  const together = await runCommands(await begin(), history, () => true);
  expectRefusals(together.answers);
  for (const workspace of ['north', 'south'] as const) {
    const alone = await runCommands(await begin(), history, (by) => workspaceOf[by] === workspace);
    expect(seenBy(together.answers, workspace)).toEqual(seenBy(alone.answers, workspace));
    const other = workspace === 'north' ? 'south' : 'north';
    const secrets = [...together.known[other].all(), `Named by ${other}`, `of-${other}@crm.example`];
    expectNoneOf(together.answers, secrets, ({ by }) => workspaceOf[by] !== other);
  }
  return together.answers;
};

for (const { name, describe, begin } of everyStore) {
  describe(`over ${name}`, () => {
    const numRuns = runsOf(name);

    test(
      `in ${numRuns} histories what a workspace is answered does not depend on any other, nor on outsiders`,
      async () => {
        const answered = new Map<string, number>();
        await fc.assert(
          fc.asyncProperty(commands, async (history) => {
            for (const { route, status } of await check(begin, history)) {
              if (status < 300) answered.set(route, (answered.get(route) ?? 0) + 1);
            }
          }),
          // The seed finds a failure again; what is smallest is looked for only where there is time.
          { numRuns, seed, endOnFailure: !isDeep },
        );
        // The histories are worth something only if every route did its work in them.
        expect(routeNames.filter((route) => !answered.has(route))).toEqual([]);
      },
      60_000 + numRuns * 10_000,
    );
  });
}

test('the histories call every route of the server that answers callers', () => {
  const source = readFileSync(new URL('../../../webhook-server/http/create-http.ts', import.meta.url), 'utf8');
  const routes = [...source.matchAll(/http\.(get|post|put|patch|delete)\('([^']+)'/g)]
    .map(([, method = '', path = '']) => `${method.toUpperCase()} ${path}`)
    .filter((route) => !/ \/(healthz|readyz|metrics|openapi\.json)$/.test(route));
  expect(routes.filter((route) => !routeNames.some((called) => called === route))).toEqual([]);
});
