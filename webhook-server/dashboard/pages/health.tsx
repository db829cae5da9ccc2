import type { RequestHandler } from 'express';
import type { Authenticate } from '../../http/authentication/authenticate.ts';
import { Layout } from '../layout.tsx';
import { sendPage } from '../send-page.ts';

/** `GET /dashboard/health`: whether somebody has to do something. */
export const showHealth =
  ({ authenticate }: { authenticate: Authenticate }): RequestHandler =>
  async (request, response) => {
    const { store } = await authenticate(request, 'tasks:read');
    const hooks = await store.hooks({ limit: 100 });
    const live = hooks.filter(({ ended }) => ended === null).length;
    sendPage(
      response,
      <Layout title="Health" viewer="workspace" current="health">
        <p>{live === 0 ? 'No Zap listens yet. Turn one on in Zapier, and it appears here.' : `${live} Zaps listen.`}</p>
      </Layout>,
    );
  };
