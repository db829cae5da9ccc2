// The smallest app that shows what the local Zapier does with any app: its methods tell what they were given.
import { version as platformVersion } from 'zapier-platform-core';

const readGreeting = () => process.env.TOY_GREETING;

const greetingWhileLoading = readGreeting();

const useCache = async (z, { inputData }) => {
  const answers = [];
  for (const [method, ...parameters] of inputData.calls) answers.push(await z.cache[method](...parameters));
  return { id: 'cache', answers };
};

const fail = (z, { inputData: { error, message } }) => {
  z.console.log('a line of the app');
  if (error === 'TypeError') throw new TypeError(message);
  throw new z.errors[error](message, 7);
};

const step = (key, perform) => ({
  [key]: { key, noun: key, display: { label: key, description: key }, operation: { perform } },
});

const startRuns = (_z, { rawRequest, cleanedRequest, subscribeData }) => {
  if (cleanedRequest.error !== undefined) throw new Error(cleanedRequest.error);
  return cleanedRequest.ids.map((id) => ({ id, rawRequest, subscribeData }));
};

const subscribe = (_z, { targetUrl, authData }) => {
  if (authData.api_key === 'may not subscribe') throw new Error('This key may not subscribe.');
  return { id: 'subscription-1', targetUrl };
};

export default {
  version: '1.0.0',
  platformVersion,
  authentication: {
    type: 'custom',
    test: () => ({ name: 'Toy', greetingWhileLoading, greeting: readGreeting() }),
    connectionLabel: '{{name}} for {{bundle.authData.api_key}}{{missing}}',
    fields: [{ key: 'api_key' }],
  },
  triggers: {
    toy: {
      key: 'toy',
      noun: 'Toy',
      display: { label: 'Toy', description: 'Triggers when a toy moves.' },
      operation: {
        type: 'hook',
        performSubscribe: subscribe,
        performUnsubscribe: (_z, { targetUrl, subscribeData }) => ({ targetUrl, subscribeData }),
        performList: (_z, { meta }) => [{ id: 'sample', isLoadingSample: meta.isLoadingSample }],
        perform: startRuns,
      },
    },
  },
  creates: {
    ...step('use_cache', useCache),
    ...step('fail', fail),
    ...step('request', async (z, { inputData }) => ({ id: 'answer', status: (await z.request(inputData.url)).status })),
    ...step('exit', () => process.exit(3)),
    ...step('array', () => []),
  },
};
