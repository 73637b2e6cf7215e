// Connections: which systems are connected and how each is, one of them in full, and connecting another.
import { Link, Route, Routes } from 'react-router';
import { Answer, useMe } from '../asking.tsx';
import Cards from '../parts/connections.tsx';
import { Empty, Note } from '../parts/states.tsx';
import { Steps } from '../parts/steps.tsx';
import { AddConnection } from './connections/add.tsx';
import { CandidatesPage } from './connections/candidates.tsx';
import { useHealth } from './connections/health.ts';
import { ConnectionPage } from './connections/one.tsx';

export default function Connections() {
  return (
    <Routes>
      <Route index element={<All />} />
      <Route path="new/*" element={<ForAdmins />} />
      <Route path=":connection/matches/:kind" element={<CandidatesPage />} />
      <Route path=":connection" element={<ConnectionPage />} />
    </Routes>
  );
}

function ForAdmins() {
  const { operations } = useMe();
  if (operations.includes('makeConnection')) return <AddConnection />;
  return (
    <div className="stack">
      <p>
        <Link to="/connections">All connections</Link>
      </p>
      <h1>Connect a system</h1>
      <Empty title="Connecting is for integration admins">Ask yours to connect the system.</Empty>
    </div>
  );
}

function All() {
  const { operations } = useMe();
  const health = useHealth();
  return (
    <div className="stack">
      <div className="row-apart">
        <h1>Connections</h1>
        {operations.includes('makeConnection') && (
          <Link className="button button-main" to="/connections/new">
            Connect a system
          </Link>
        )}
      </div>
      <Answer what="the connections" answer={health}>
        {({ connections, missing }) => (
          <>
            {missing.length > 0 && (
              <Note tone="warning">
                <Steps steps={missing} />
              </Note>
            )}
            <h2 className="only-read">Connected systems</h2>
            <Cards rows={connections} />
          </>
        )}
      </Answer>
    </div>
  );
}
