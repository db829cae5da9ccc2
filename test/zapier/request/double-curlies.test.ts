import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { ZObject } from 'zapier-platform-core';
import * as zod from 'zod';
import type { Call } from '../../../topo/call.ts';
import { callTopo } from '../../../zapier/request/call-topo.ts';
import { creates, searches, triggers } from '../../support/definition.ts';
import { liveInput } from '../../support/live-inputs.ts';
import { prepareGround } from '../../support/live-results.ts';
import { startRealLoop } from '../../support/real-loop.ts';
import { startReceiver } from '../../support/receiver.ts';
import { startRecorder } from '../../support/start-recorder.ts';
import { first } from '../../support/topo-sandbox.ts';
import { runApp, runInApp } from '../../support/zapier-app.ts';

// In what a step sends, core deletes `{{name}}` and throws at `{{bundle.name}}`. People write such texts in templates of
// their own, and mean them.

const key = 'topo_live_0123456789abcdef';
const trap = 'begin {{name}} {{bundle.inputData.name}} {{{x}}} {{ }} end';

const hooks = triggers.filter(({ operation }) => operation.type === 'hook');
const fields = [...creates, ...searches, ...hooks].flatMap((step) =>
  step.inputFields.map((field) => ({ path: `${step.path}.${field.key}`, step, field })),
);

/** The bodies that hold some of the text, and the text as it is in them. */
const arrived = (bodies: readonly string[]): string[] =>
  bodies.flatMap((body) => /"([^"]*begin[^"]*)"/i.exec(JSON.stringify(JSON.parse(body)))?.[1] ?? []);

test.each(fields)('text with double curlies in $path arrives as it is, or nowhere', async ({ step, field }) => {
  const loop = await startRealLoop();
  const [topo, server] = [await startRecorder(new URL(loop.topoUrl).origin), await startRecorder(loop.serverUrl)];
  const app = runApp({ TOPO_API_URL: `${topo.url}/v1`, WEBHOOK_SERVER_URL: server.url }, loop.workspace.keys.full);
  const isHook = hooks.includes(step);
  const usual = isHook ? {} : liveInput(step.key, prepareGround(loop));
  const given = { targetUrl: loop.targetUrl('/one'), inputData: { ...usual, [field.key]: trap } };

  const methods = isHook ? ['performSubscribe', 'performList'] : ['perform'];
  for (const method of methods) {
    const thrown = await app.run(`${step.path}.operation.${method}`, given).then(
      () => undefined,
      (error: Error) => error.name,
    );
    expect([undefined, 'HaltedError', 'AppError']).toContain(thrown);
  }
  const bodies = [...topo.received, ...server.received].map(({ body }) => body).filter((body) => body !== '');
  for (const text of arrived(bodies)) expect(text.toLowerCase()).toBe(trap.toLowerCase());
});

test.each(['task_types', 'priorities'])(
  '%s with double curlies are none of Topo’s words, and no filter',
  async (field) => {
    const loop = await startRealLoop();
    const given = { targetUrl: loop.targetUrl('/{{one}}'), inputData: { [field]: trap } };
    const thrown = await loop.app.thrownBy('triggers.task_reassigned.operation.performSubscribe', given);
    expect(thrown).toMatchObject({ name: 'HaltedError', message: expect.stringContaining(`“${trap}”`) });
  },
);

test.each([[['{{name}}']], [['{{bundle.inputData.name}}', 'CALL']]])(
  'a filter by %j stays a filter, so that nothing is taken that it keeps out',
  async (types) => {
    const topo = await startReceiver();
    const asked: Call<unknown> = { ...call({}), method: 'GET', query: { types } };
    await runInApp({ TOPO_API_URL: topo.url }, key, async (z) => ({ answer: await callTopo(z, asked) })).run();
    const { searchParams } = new URL(first(topo.received).path, topo.url);
    expect(searchParams.getAll('types')).toEqual(types);
  },
);

const call = (json: unknown): Call<unknown> => ({ method: 'POST', path: 'tasks', json, answer: zod.unknown() });

const piece = fc.oneof(
  fc.constantFrom('{{', '}}', '{', '}', '{{{', 'bundle.', 'inputData', '\\', '"', ' ', '\n', '\\u007b', 'é', '😀'),
  fc.string({ maxLength: 4 }),
);
const text = fc.array(piece, { maxLength: 12 }).map((pieces) => pieces.join(''));

test('any text anywhere in a body arrives as it is', async () => {
  const topo = await startReceiver();
  const bodies = fc.record({ one: text, list: fc.array(text, { maxLength: 2 }), inner: fc.dictionary(text, text) });
  await fc.assert(
    fc.asyncProperty(bodies, async (json) => {
      const send = async (z: ZObject) => ({ answer: await callTopo(z, call(json)) });
      await runInApp({ TOPO_API_URL: topo.url }, key, send).run();
      const received = topo.received.splice(0);
      expect(received).toHaveLength(1);
      expect(JSON.parse(first(received).body)).toEqual(JSON.parse(JSON.stringify(json)));
    }),
    { numRuns: 150 },
  );
});

test('a key with double curlies arrives as it is', async () => {
  const topo = await startReceiver();
  const odd = 'topo_{{key}}{{bundle.authData.api_key}}';
  await runApp({ TOPO_API_URL: topo.url }, odd).thrownBy('authentication.test');
  expect(first(topo.received).headers.authorization).toBe(`Bearer ${odd}`);
});
