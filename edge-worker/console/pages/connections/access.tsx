// The credentials and settings of one connection: new ones typed in, or made anew where the hub can do so by itself.
import { useState } from 'react';
import { Answer, problemsOf, troubleOf, useAnswer, useChange } from '../../asking.tsx';
import type { Shape } from '../../client.ts';
import type { Connection } from '../../parts/connections.tsx';
import { Button } from '../../parts/controls.tsx';
import { Note, TroubleNote } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';
import { SchemaForm } from './form.tsx';
import { type Draft, draftOf, isIncomplete, type Schema, valuesOf } from './form-values.ts';

export function Access({ row }: { readonly row: Connection }) {
  const systems = useAnswer(['systems'], ({ api }) => api.GET('/systems'));
  const wired = useAnswer(['connections'], ({ api, installation }) =>
    api.GET('/installations/{installation}/connections', { params: { path: { installation } } }),
  );
  return (
    <section className="stack-close" aria-label="Credentials and settings">
      <h2>Credentials and settings</h2>
      <Answer what="its settings" answer={systems}>
        {({ rows }) => (
          <Answer what="its settings" answer={wired}>
            {({ rows: connections }) => {
              const system = rows.find(({ name }) => name === row.system);
              const own = connections.find(({ id }) => id === row.connection);
              return system && own ? <Both row={row} system={system} settings={own.settings} /> : null;
            }}
          </Answer>
        )}
      </Answer>
    </section>
  );
}

interface BothProps {
  readonly row: Connection;
  readonly system: Shape<'System'>;
  readonly settings: Readonly<Record<string, unknown>>;
}

function Both({ row, system, settings }: BothProps) {
  const secrets = system.secrets as Schema;
  const hasSecrets = Object.keys(secrets.properties ?? {}).length > 0;
  return (
    <>
      <p className="quiet">Credentials are sealed and never shown again; new ones take the place of the old at once.</p>
      <div className="row">{row.state !== 'paused' && <Renew row={row} />}</div>
      {hasSecrets && (
        <details className="connections-more">
          <summary>Give it new credentials</summary>
          <Edit row={row} schema={secrets} what="secrets" />
        </details>
      )}
      <details className="connections-more">
        <summary>Change its settings</summary>
        <Edit row={row} schema={system.settings as Schema} what="settings" values={settings} />
      </details>
    </>
  );
}

interface EditProps {
  readonly row: Connection;
  readonly schema: Schema;
  readonly what: 'secrets' | 'settings';
  readonly values?: Readonly<Record<string, unknown>>;
}

function Edit({ row, schema, what, values }: EditProps) {
  const [draft, setDraft] = useState<Draft>(() => draftOf(schema, values));
  const save = useChange(
    ({ api, installation }, given: Record<string, unknown>) =>
      api.PUT('/installations/{installation}/connections/{connection}/credentials', {
        params: { path: { installation, connection: row.connection } },
        body: what === 'secrets' ? { secrets: given } : { settings: given },
      }),
    ['health'],
  );
  const problems = problemsOf(save.error);
  return (
    <form
      noValidate
      className="stack connections-form"
      onSubmit={(event) => {
        event.preventDefault();
        save.mutate(valuesOf(schema, draft), { onSuccess: () => what === 'secrets' && setDraft(draftOf(schema)) });
      }}
    >
      <SchemaForm
        schema={schema}
        draft={draft}
        onChange={setDraft}
        problems={problems}
        path={what}
        isSecret={what === 'secrets'}
      />
      {save.error && <TroubleNote trouble={troubleOf(save.error)} />}
      {save.isSuccess && (
        <Note tone="good">
          <p role="status">Taken. Check now whether it works.</p>
        </Note>
      )}
      <div>
        <Button type="submit" look="main" isDisabled={isIncomplete(schema, draft) || save.isPending}>
          Save
        </Button>
      </div>
    </form>
  );
}

/** Where the hub can make them by itself; elsewhere it says that there are none to be made. */
function Renew({ row }: { readonly row: Connection }) {
  const renew = useChange(
    ({ api, installation }, _: null) =>
      api.POST('/installations/{installation}/connections/{connection}/credentials/rotation', {
        params: { path: { installation, connection: row.connection } },
      }),
    ['health'],
  );
  return (
    <>
      <Step
        title="Make new credentials now"
        text={
          <>
            For systems that are connected by consent: Tieout makes new ones, stores them in {row.title} and has the old
            ones ended there. Done by itself in good time; asked for after a leak.
          </>
        }
        isPending={renew.isPending}
        trouble={renew.error}
        onStep={(_, close) => renew.mutate(null, { onSuccess: close })}
      />
      <span role="status">{renew.data?.words}</span>
    </>
  );
}
