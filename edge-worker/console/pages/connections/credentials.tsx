// Connecting by credentials of the customer's own: one form for every system, drawn from what that system declares.
import { useState } from 'react';
import { Link } from 'react-router';
import { problemsOf, troubleOf, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import { Button, Choice, Field } from '../../parts/controls.tsx';
import { Note, TroubleNote } from '../../parts/states.tsx';
import { Many } from '../../parts/ticks.tsx';
import { SchemaForm } from './form.tsx';
import { type Draft, draftOf, isIncomplete, type Schema, valuesOf } from './form-values.ts';
import { useHealth } from './health.ts';
import { type Environment, Place, Way } from './place.tsx';

type System = Shape<'System'>;
type NewConnection = Shape<'NewConnection'>;

const beginnings = [
  { id: 'matching', label: 'Match first', hint: 'Reads only; you accept the matches kind by kind' },
  { id: 'observe', label: 'Only observe', hint: 'Decides beside an integration that still runs, and sends nothing' },
  { id: 'open', label: 'Flow at once', hint: 'Only where the system is empty' },
] as const;

interface Asked {
  readonly id: string;
  readonly roles: readonly string[];
  readonly account: string;
  readonly environment: Environment;
  readonly flow: (typeof beginnings)[number]['id'];
  readonly settings: Draft;
  readonly secrets: Draft;
}

/** What the form asks for, and what is sent of it. */
function useAsked({ name, roles, settings, secrets }: System) {
  const schemas = { settings: settings as Schema, secrets: secrets as Schema };
  const [asked, setAsked] = useState<Asked>(() => ({
    ...{ id: '', roles: roles.slice(0, 1), account: '', environment: 'production', flow: 'matching' },
    ...{ settings: draftOf(schemas.settings), secrets: draftOf(schemas.secrets) },
  }));
  const isReady =
    asked.account.trim() !== '' &&
    asked.roles.length > 0 &&
    !isIncomplete(schemas.settings, asked.settings) &&
    !isIncomplete(schemas.secrets, asked.secrets);
  const body = (freeId: string): NewConnection => ({
    ...{ id: asked.id.trim() || freeId, system: name, roles: [...asked.roles] as NewConnection['roles'] },
    ...{ account: asked.account.trim(), environment: asked.environment, flow: asked.flow },
    settings: valuesOf(schemas.settings, asked.settings),
    secrets: valuesOf(schemas.secrets, asked.secrets),
  });
  const set = (more: Partial<Asked>) => setAsked((before) => ({ ...before, ...more }));
  return { asked, set, schemas, isReady, body };
}

export function ByCredentials({ system }: { readonly system: System }) {
  const taken = new Set((useHealth().data?.connections ?? []).map(({ connection }) => connection));
  const { asked, set, schemas, isReady, body } = useAsked(system);
  const make = useMake();
  const freeId = freeName(system.name, taken);
  const problems = problemsOf(make.error);
  if (make.data) return <Made system={system} made={make.data} />;
  const drawn = (what: 'settings' | 'secrets') => (
    <SchemaForm
      schema={schemas[what]}
      draft={asked[what]}
      onChange={(draft) => set({ [what]: draft })}
      problems={problems}
      path={what}
      isSecret={what === 'secrets'}
    />
  );
  return (
    <Way title="With credentials">
      <form
        noValidate
        className="stack"
        onSubmit={(event) => {
          event.preventDefault();
          make.mutate(body(freeId));
        }}
      >
        {system.roles.length > 1 && (
          <Many
            label="What it is here"
            names={system.roles}
            titleOf={(role) => role.toUpperCase()}
            value={asked.roles}
            onValue={(roles) => set({ roles })}
          />
        )}
        <Place {...asked} onPlace={set} problem={problems.get('account')} />
        {drawn('settings')}
        {drawn('secrets')}
        <Choice label="How it begins" options={beginnings} chosen={asked.flow} onChoose={(flow) => set({ flow })} />
        <Field
          label="Short name"
          value={asked.id}
          onChange={(id) => set({ id })}
          problem={problems.get('id')}
          hint={`Small letters, digits and hyphens. Left empty, it is ${freeId}.`}
        />
        {make.error && <TroubleNote trouble={troubleOf(make.error)} />}
        <div>
          <Button type="submit" look="main" isDisabled={!isReady || make.isPending}>
            Connect
          </Button>
        </div>
      </form>
    </Way>
  );
}

const useMake = () =>
  useChange(
    ({ api, installation }, body: NewConnection) =>
      api.POST('/installations/{installation}/connections', { params: { path: { installation } }, body }),
    ['health'],
  );

function freeName(system: string, taken: ReadonlySet<string>): string {
  for (let count = 1; ; count++) {
    const name = count === 1 ? system : `${system}-${count}`;
    if (!taken.has(name)) return name;
  }
}

interface MadeProps {
  readonly system: System;
  readonly made: { readonly connection: string; readonly hookUrl: string | null; readonly hookKey: string | null };
}

/** What its own side needs is shown once. */
function Made({ system: { title }, made }: MadeProps) {
  return (
    <Note tone="good">
      <div className="stack-close" role="status">
        <h2>{title} is connected</h2>
        {made.hookUrl !== null && (
          <p>
            Its notices go to <code>{made.hookUrl}</code>
          </p>
        )}
        {made.hookKey !== null && (
          <p>
            They are signed with this key, which is shown here once: <code>{made.hookKey}</code>
          </p>
        )}
        <p>
          <Link to={`/connections/${made.connection}`}>Check it, and begin its first load</Link>
        </p>
      </div>
    </Note>
  );
}
