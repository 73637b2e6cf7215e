// The frame around every page: where one is, where one can go, and what stands there while a page is on its way.
import { lazy, Suspense } from 'react';
import { NavLink, Route, Routes } from 'react-router';
import { Empty, Loading } from './parts/states.tsx';
import './shell.css';

const pages = [{ path: '', title: 'Overview', Page: lazy(() => import('./pages/overview.tsx')) }] as const;

export function Shell() {
  return (
    <div className="shell">
      <nav className="shell-nav" aria-label="Tieout">
        <ul>
          {pages.map(({ path, title }) => (
            <li key={path}>
              <NavLink to={`/${path}`} end={path === ''}>
                {title}
              </NavLink>
            </li>
          ))}
        </ul>
      </nav>
      <main className="shell-page">
        <Suspense fallback={<Loading what="the page" />}>
          <Routes>
            {pages.map(({ path, Page }) => (
              <Route key={path} path={`/${path}/*`} element={<Page />} />
            ))}
            <Route path="*" element={<Empty title="There is no such page">Choose one of the pages above.</Empty>} />
          </Routes>
        </Suspense>
      </main>
    </div>
  );
}
