// The frame around every page: where one is, where one can go, and what stands there while a page is on its way.
import { lazy, Suspense, useEffect, useRef } from 'react';
import { NavLink, Route, Routes } from 'react-router';
import { useMe } from './asking.tsx';
import { focusPage, keepFocus } from './parts/kept-focus.ts';
import { nameOf } from './parts/people.ts';
import { Empty, Loading } from './parts/states.tsx';
import './shell.css';

const pages = [
  { path: '', title: 'Overview', Page: lazy(() => import('./pages/overview.tsx')) },
  { path: 'exceptions', title: 'Exceptions', Page: lazy(() => import('./pages/exceptions.tsx')) },
  { path: 'records', title: 'Records', Page: lazy(() => import('./pages/records.tsx')) },
  { path: 'audit', title: 'Audit', Page: lazy(() => import('./pages/audit.tsx')) },
  { path: 'tie-out', title: 'Tie-out', Page: lazy(() => import('./pages/tie-out.tsx')) },
  { path: 'connections', title: 'Connections', Page: lazy(() => import('./pages/connections.tsx')) },
  { path: 'api', title: 'API', Page: lazy(() => import('./pages/api.tsx')) },
  { path: 'mappings', title: 'Mappings', Page: lazy(() => import('./pages/mappings.tsx')) },
  // Reached from the overview, which shows what they are held against.
  { path: 'targets', title: null, Page: lazy(() => import('./pages/targets.tsx')) },
  { path: 'alerts', title: null, Page: lazy(() => import('./pages/alerts.tsx')) },
] as const;

const roleTitles = {
  viewer: 'Viewer',
  sales: 'Sales',
  finance: 'Finance',
  delivery: 'Delivery',
  admin: 'Integration admin',
  approver: 'Approver',
} as const;

function Who() {
  const { by, roles } = useMe();
  return (
    <header className="shell-who">
      <strong>Tieout</strong>
      <span className="quiet">
        {nameOf(by)}, {roles.map((role) => roleTitles[role]).join(', ')}
      </span>
    </header>
  );
}

export function Shell() {
  const shell = useRef<HTMLDivElement>(null);
  useEffect(() => (shell.current ? keepFocus(shell.current) : undefined), []);
  return (
    <div className="shell" ref={shell}>
      {/* A link would be taken for a page: the address after # is theirs. */}
      <button type="button" className="button shell-skip" onClick={focusPage}>
        Skip to the page
      </button>
      <Who />
      <nav className="shell-nav" aria-label="Tieout">
        <ul>
          {pages.map(
            ({ path, title }) =>
              title !== null && (
                <li key={path}>
                  <NavLink to={`/${path}`} end={path === ''}>
                    {title}
                  </NavLink>
                </li>
              ),
          )}
        </ul>
      </nav>
      <main className="shell-page">
        <Suspense fallback={<Loading what="the page" />}>
          <Routes>
            {pages.map(({ path, Page }) => (
              <Route key={path} path={path === '' ? '/' : `/${path}/*`} element={<Page />} />
            ))}
            <Route path="*" element={<Empty title="There is no such page">Choose one of the pages above.</Empty>} />
          </Routes>
        </Suspense>
      </main>
    </div>
  );
}
