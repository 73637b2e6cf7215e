// The console's door: one page in a frame of the host, with its session in memory.
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { HashRouter } from 'react-router';
import { Door } from './asking.tsx';
import { givenIn, Sessions } from './session.ts';
import { Shell } from './shell.tsx';
import './look.css';

/** A page that is looked at again within this shows what it had, and asks meanwhile. */
const freshMs = 5_000;

const queries = new QueryClient({
  defaultOptions: { queries: { staleTime: freshMs, retry: 1 }, mutations: { retry: false } },
});
const given = givenIn(document);
// In place of the address, so that Back does not lead to where nobody has been.
if (given?.open && location.hash === '') location.replace(`#/${given.open}`);
const sessions = new Sessions(given);

const place = document.getElementById('console');
if (!place) throw new Error('index.html has no place for the console');
createRoot(place).render(
  <StrictMode>
    <QueryClientProvider client={queries}>
      {/* In a frame the address bar belongs to the host; by the hash, Back still goes one page back. */}
      <HashRouter>
        <Door sessions={sessions}>
          <Shell />
        </Door>
      </HashRouter>
    </QueryClientProvider>
  </StrictMode>,
);
