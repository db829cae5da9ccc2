import type { ComponentChildren } from 'preact';
import { assetUrl } from './assets.ts';

/** Pages of a workspace, in the order in which the navigation shows them. */
const pages = [
  { href: 'health', name: 'Health' },
  { href: 'why', name: 'Why?' },
  { href: 'events', name: 'Events' },
  { href: 'who-to-whom', name: 'Who to whom' },
  { href: 'send-again', name: 'Send again' },
  { href: 'people', name: 'People' },
] as const;

const operatorPages = [
  { href: 'operator', name: 'All workspaces' },
  { href: 'operator-hooks', name: 'Hooks' },
] as const;

const pagesOf = { nobody: [], workspace: pages, operator: operatorPages } as const;

type LayoutProps = {
  title: string;
  /** Who looks: it decides what the navigation offers. */
  viewer: 'nobody' | 'workspace' | 'operator';
  /** The page that the navigation marks. */
  current?: string;
  children: ComponentChildren;
};

// Styles for what is under way would stand in the page itself, which its policy forbids.
const htmxConfig = JSON.stringify({ includeIndicatorCSS: false });

const Navigation = ({ viewer, current }: Pick<LayoutProps, 'viewer' | 'current'>) => (
  <nav aria-label="Pages">
    <ul>
      {pagesOf[viewer].map(({ href, name }) => (
        <li key={href}>
          <a href={href} aria-current={href === current ? 'page' : undefined}>
            {name}
          </a>
        </li>
      ))}
      {viewer !== 'nobody' && (
        <li>
          <form method="post" action={viewer === 'operator' ? 'operator-sign-out' : 'sign-out'}>
            <button type="submit" class="secondary outline">
              Sign out
            </button>
          </form>
        </li>
      )}
    </ul>
  </nav>
);

/** A page: one heading, landmarks, and the files that it needs. All addresses in it are relative to `/dashboard/`. */
export const Layout = ({ title, viewer, current, children }: LayoutProps) => (
  <html lang="en">
    <head>
      <meta charset="utf-8" />
      <meta name="viewport" content="width=device-width, initial-scale=1" />
      <meta name="color-scheme" content="light dark" />
      <meta name="htmx-config" content={htmxConfig} />
      <title>{`${title} – Topo for Zapier`}</title>
      <link rel="icon" href="data:," />
      <link rel="stylesheet" href={assetUrl('pico.css')} />
      <link rel="stylesheet" href={assetUrl('dashboard.css')} />
      <script src={assetUrl('htmx.js')} defer />
      <script src={assetUrl('times.js')} defer />
    </head>
    <body>
      <a class="skip" href="#main">
        Skip to the content
      </a>
      <header class="container">
        <p class="product">Topo for Zapier</p>
        <Navigation viewer={viewer} current={current ?? ''} />
      </header>
      <main class="container" id="main" tabindex={-1}>
        <h1>{title}</h1>
        {children}
      </main>
      <footer class="container">
        <small>
          Times are in <span data-zone>UTC</span>.
        </small>
      </footer>
    </body>
  </html>
);
