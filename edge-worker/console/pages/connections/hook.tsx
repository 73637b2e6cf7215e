// Where the notices of a connection go, and a new key for them: made, entered where the system signs, the old ended.
import { useAnswer, useChange, useMe } from '../../asking.tsx';
import { Instant } from '../../parts/figures.tsx';
import { Note } from '../../parts/states.tsx';
import { Step } from '../../parts/step.tsx';

interface HookProps {
  readonly connection: string;
  readonly title: string;
}

export function Hook({ connection, title }: HookProps) {
  const hook = useAnswer(['hook', connection], ({ api, installation }) =>
    api.GET('/installations/{installation}/connections/{connection}/hook', {
      params: { path: { installation, connection } },
    }),
  );
  const { hookUrl, isKeyed, newKeySince } = hook.data ?? {};
  if (!hookUrl) return null;
  return (
    <section className="stack-close" aria-label="Notices">
      <h2>Where its notices go</h2>
      <p>
        <code>{hookUrl}</code>
      </p>
      <p className="quiet">
        A notice may only ask Tieout to read a record; the key that signs it is shown once, when it is made.
      </p>
      {isKeyed && <Key connection={connection} title={title} newKeySince={newKeySince ?? null} />}
    </section>
  );
}

function Key({ connection, title, newKeySince }: HookProps & { readonly newKeySince: string | null }) {
  const { operations } = useMe();
  const make = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/connections/{connection}/hook/key', {
        params: { path: { installation, connection } },
      }),
    ['hook'],
  );
  const end = useChange(
    ({ api, installation }) =>
      api.POST('/installations/{installation}/connections/{connection}/hook/key/end', {
        params: { path: { installation, connection } },
      }),
    ['hook'],
  );
  if (!operations.includes('renewHookKey')) return null;
  return (
    <>
      {newKeySince !== null && (
        <Note tone="warning">
          <div className="stack-close" role="status">
            <p>
              Since <Instant atMs={Date.parse(newKeySince)} /> a new key is taken beside the old one.
            </p>
            {make.data && <Shown title={title} {...make.data} />}
            <p>Once {title} signs with the new one, end the old one.</p>
          </div>
        </Note>
      )}
      <div className="row">
        <Step
          title={newKeySince === null ? 'Make a new key' : 'Show the new key again'}
          text={`The old key goes on being taken until you end it, so that nothing of ${title} is refused meanwhile.`}
          isPending={make.isPending}
          trouble={make.error}
          onStep={(_, close) => make.mutate(null, { onSuccess: close })}
        />
        {newKeySince !== null && (
          <Step
            title="End the old key"
            text={`Within a minute whatever ${title} signs with the old key is refused. Its records are read as ever.`}
            look="danger"
            isPending={end.isPending}
            trouble={end.error}
            onStep={(_, close) =>
              end.mutate(null, {
                onSuccess: () => {
                  make.reset();
                  close();
                },
              })
            }
          />
        )}
      </div>
    </>
  );
}

/** What its own settings page asks for, together. */
function Shown({
  title,
  hookUrl,
  hookKey,
}: {
  readonly title: string;
  readonly hookUrl: string;
  readonly hookKey: string;
}) {
  const { installation } = useMe();
  return (
    <>
      <p>Enter it where {title} signs: in its Tieout settings, under “Connect again or replace the key”.</p>
      <dl>
        <dt>Installation</dt>
        <dd>
          <code>{installation}</code>
        </dd>
        <dt>Hook address</dt>
        <dd>
          <code>{hookUrl}</code>
        </dd>
        <dt>New key</dt>
        <dd>
          <code>{hookKey}</code>
        </dd>
      </dl>
    </>
  );
}
