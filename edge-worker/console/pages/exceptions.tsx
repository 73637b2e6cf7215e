// What waits for people: grouped by cause, one cause with all that waits for it, and one exception in full.
import { useState } from 'react';
import { Route, Routes } from 'react-router';
import { Answer, usePages } from '../asking.tsx';
import { Choice } from '../parts/controls.tsx';
import { ownerTitle } from '../parts/people.ts';
import { useLateJobs } from './exceptions/answers.tsx';
import { CausePage } from './exceptions/cause.tsx';
import { Causes } from './exceptions/causes.tsx';
import { OnePage } from './exceptions/one.tsx';
import { Lately } from './exceptions/taken-back.tsx';

const watchEveryMs = 15_000;
const pageMax = 200;
const everybody = 'everybody';
const owners = [
  { id: everybody, label: 'Everybody' },
  ...['finance', 'delivery', 'sales', 'integration'].map((id) => ({ id, label: ownerTitle(id) })),
];

export default function Exceptions() {
  return (
    <Routes>
      <Route index element={<Inbox />} />
      <Route path="cause/:cause" element={<CausePage />} />
      <Route path="one/:exception" element={<OnePage />} />
    </Routes>
  );
}

function Inbox() {
  const [owner, setOwner] = useState(everybody);
  const causes = usePages(
    ['exceptions', 'causes', 'of', owner],
    ({ api, installation }, after) =>
      api.GET('/installations/{installation}/causes', {
        params: {
          path: { installation },
          query: { limit: pageMax, ...(owner !== everybody && { owner }), ...(after !== null && { after }) },
        },
      }),
    { everyMs: watchEveryMs },
  );
  const jobs = useLateJobs();
  return (
    <div className="stack">
      <div className="row-apart">
        <h1>Exceptions</h1>
        <Choice label="Whose turn" options={owners} chosen={owner} onChoose={setOwner} />
      </div>
      <Answer what="what waits" answer={causes.answer}>
        {({ pages }) => (
          <Causes
            rows={causes.rows}
            total={pages.at(-1)?.total ?? { causes: 0, open: 0 }}
            isNarrowed={owner !== everybody}
            onEnd={causes.more}
          />
        )}
      </Answer>
      <Lately jobs={jobs.data?.rows ?? []} />
    </div>
  );
}
