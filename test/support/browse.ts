type Sent = { form?: Record<string, string>; headers?: Record<string, string> };

/** A page as it was answered. */
export type Page = { status: number; headers: Headers; text: string };

/** Walks through the dashboard as a browser does: keeps cookies, tells its origin with forms, follows no redirect. */
export const createBrowser = (url: string) => {
  const cookies = new Map<string, string>();

  const ask = async (method: string, path: string, { form, headers }: Sent = {}): Promise<Page> => {
    const response = await fetch(`${url}/dashboard${path}`, {
      method,
      redirect: 'manual',
      headers: {
        cookie: [...cookies].map(([name, value]) => `${name}=${value}`).join('; '),
        ...(method === 'GET' ? {} : { origin: url }),
        ...headers,
      },
      ...(form === undefined ? {} : { body: new URLSearchParams(form) }),
    });
    for (const cookie of response.headers.getSetCookie()) {
      const [, name = '', value = ''] = /^([^=]+)=([^;]*)/.exec(cookie) ?? [];
      if (value === '') cookies.delete(name);
      else cookies.set(name, value);
    }
    return { status: response.status, headers: response.headers, text: await response.text() };
  };

  return {
    cookies,
    get: (path: string, headers: Record<string, string> = {}) => ask('GET', path, { headers }),
    post: (path: string, form: Record<string, string> = {}, headers: Record<string, string> = {}) =>
      ask('POST', path, { form, headers }),
    signIn: (key: string, next = 'health') => ask('POST', '/sign-in', { form: { key, next } }),
  };
};
