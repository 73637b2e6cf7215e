// Connecting a system: which one, and the ways in that it has: consent on its own page, from inside it, or credentials.
import { useState } from 'react';
import { Link, Route, Routes, useParams } from 'react-router';
import { Answer, troubleOf, useAnswer, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button } from '../../parts/controls.tsx';
import { Instant } from '../../parts/figures.tsx';
import { rolesText } from '../../parts/people.ts';
import { Empty, Note, TroubleNote } from '../../parts/states.tsx';
import { ByCredentials } from './credentials.tsx';
import { type Environment, Place, Way } from './place.tsx';
import './connections.css';

type System = Shape<'System'>;

export function AddConnection() {
  const systems = useAnswer(['systems'], ({ api }) => api.GET('/systems'));
  return (
    <div className="stack">
      <p>
        <Link to="/connections">All connections</Link>
      </p>
      <Answer what="the systems" title="Connect a system" answer={systems}>
        {({ rows }) => (
          <Routes>
            <Route index element={<Choose systems={rows} />} />
            <Route path=":system" element={<One systems={rows} />} />
          </Routes>
        )}
      </Answer>
    </div>
  );
}

function Choose({ systems }: { readonly systems: readonly System[] }) {
  return (
    <>
      <h1>Connect a system</h1>
      <ul className="connections-choices">
        {systems.map(({ name, title, roles, kinds }) => (
          <li key={name} className="card stack-close">
            <h2>
              <Link to={`/connections/new/${name}`}>{title}</Link>
            </h2>
            <p>Can be the {rolesText(roles)}.</p>
            <p className="quiet">Carries {kinds.map((kind) => kind.replaceAll('-', ' ')).join(', ')}.</p>
          </li>
        ))}
      </ul>
    </>
  );
}

function One({ systems }: { readonly systems: readonly System[] }) {
  const { system: name } = useParams();
  const system = systems.find((one) => one.name === name);
  if (!system) return <Empty title="There is no such system">Choose one of those that can be connected.</Empty>;
  const { ways, title } = system;
  const isOnlyWay = ways.length === 1;
  const credentials = <ByCredentials key={system.name} system={system} />;
  return (
    <>
      <h1>Connect {title}</h1>
      {ways.includes('consent') && <ByConsent system={system} />}
      {ways.includes('inside') && <FromInside system={system} />}
      {isOnlyWay ? (
        credentials
      ) : (
        <details className="connections-more">
          <summary>With credentials of your own</summary>
          {credentials}
        </details>
      )}
    </>
  );
}

/** Taken once, within a day: it says which installation the other system joins. */
function useJoinCode() {
  return useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/join-code', { params: { path: { installation } } }),
    ['join-code'],
  );
}

function ByConsent({ system: { title, connectUrl } }: { readonly system: System }) {
  const [place, setPlace] = useState<{ account: string; environment: Environment }>({
    account: '',
    environment: 'production',
  });
  const { account, environment } = place;
  const code = useJoinCode();
  const query = new URLSearchParams({ account: account.trim(), environment, code: code.data?.code ?? '', go: '1' });
  return (
    <Way title={`On a page of ${title}`}>
      <ol className="steps">
        <li>Say which account it is.</li>
        <li>{title} opens in another window and asks you, as its administrator, to let Tieout in.</li>
        <li>Tieout stores a certificate of its own there and shows a checklist of what is still missing.</li>
        <li>Come back here: the connection is in the list, and its first load can begin.</li>
      </ol>
      <Place {...place} onPlace={(more) => setPlace((before) => ({ ...before, ...more }))} />
      {code.error && <TroubleNote trouble={troubleOf(code.error)} />}
      {code.data ? (
        <p>
          <a href={`${connectUrl}?${query}`} target="_blank" rel="noopener">
            Go on to {title}
          </a>{' '}
          <span className="quiet">(opens another window)</span>
        </p>
      ) : (
        <div>
          <Button look="main" isDisabled={account.trim() === '' || code.isPending} onPress={() => code.mutate(null)}>
            Prepare the consent
          </Button>
        </div>
      )}
    </Way>
  );
}

function FromInside({ system: { title } }: { readonly system: System }) {
  const code = useJoinCode();
  return (
    <Way title={`From inside ${title}`}>
      <ol className="steps">
        <li>Install Tieout’s package in {title} and give yourself its role of an admin.</li>
        <li>Open the Tieout page there; it asks for a code.</li>
        <li>Type in the code that is made here. It is taken once, within a day.</li>
        <li>The page there says what is still missing, and opens these settings once it is connected.</li>
      </ol>
      {code.error && <TroubleNote trouble={troubleOf(code.error)} />}
      {code.data && (
        <Note tone="good">
          <p role="status">
            The code is <code>{code.data.code}</code>, until <Instant atMs={Date.parse(code.data.endsAt)} />.
          </p>
        </Note>
      )}
      <div>
        <Button look="main" isDisabled={code.isPending} onPress={() => code.mutate(null)}>
          Make a code
        </Button>
      </div>
    </Way>
  );
}
