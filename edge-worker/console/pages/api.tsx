// The API: keys of systems that call it, subscribers that are called, and where all of it is described.
import { Route, Routes } from 'react-router';
import { useMe } from '../asking.tsx';
import { Empty } from '../parts/states.tsx';
import { Keys } from './api/keys.tsx';
import { SubscriptionPage } from './api/subscription.tsx';
import { Subscriptions } from './api/subscriptions.tsx';
import './api/api.css';

export default function ApiPage() {
  return (
    <Routes>
      <Route index element={<Both />} />
      <Route path=":subscription" element={<SubscriptionPage />} />
    </Routes>
  );
}

/** Below the hub's own address, in a window of their own: a frame is no place to read in. */
const papers = [
  { href: '/v1/docs', title: 'Reference' },
  { href: '/v1/openapi.json', title: 'OpenAPI document' },
  { href: '/v1/asyncapi.json', title: 'AsyncAPI document of the events' },
] as const;

function Both() {
  const { operations } = useMe();
  return (
    <div className="stack">
      <h1>API</h1>
      <ul className="api-papers">
        {papers.map(({ href, title }) => (
          <li key={href}>
            <a href={href} target="_blank" rel="noopener">
              {title}
            </a>
          </li>
        ))}
      </ul>
      {operations.includes('listKeys') ? (
        <Keys />
      ) : (
        <Empty title="Keys and subscribers are for integration admins">
          Ask yours for a key, or for an address of yours to be told of events.
        </Empty>
      )}
      {operations.includes('listSubscriptions') && <Subscriptions />}
    </div>
  );
}
