// Taking a connection away: what will happen is read first, then done with a reason.
import { Answer, useAnswer, useChange } from '../../asking.tsx';
import { Step } from '../../parts/step.tsx';

export function Disconnect({ connection, title }: { readonly connection: string; readonly title: string }) {
  const known = useAnswer(['disconnection', connection], ({ api, installation }) =>
    api.GET('/installations/{installation}/connections/{connection}/disconnection', {
      params: { path: { installation, connection } },
    }),
  );
  const disconnect = useChange(
    ({ api, installation }, reason: string) =>
      api.POST('/installations/{installation}/connections/{connection}/disconnection', {
        params: { path: { installation, connection } },
        body: { reason },
      }),
    ['health'],
  );
  return (
    <section className="stack-close" aria-label="Disconnecting">
      <h2>Take it away</h2>
      <Answer what="what will happen" answer={known}>
        {({ words }) => (
          <>
            <ul className="steps">
              {words.map((one) => (
                <li key={one.title}>
                  <strong>{one.title}.</strong> {one.text} {one.next}
                </li>
              ))}
            </ul>
            <div>
              <Step
                title="Disconnect"
                look="danger"
                text={`This cannot be taken back: ${title} is to be connected anew with new credentials.`}
                asks="Reason"
                isRequired
                isPending={disconnect.isPending}
                trouble={disconnect.error}
                onStep={(reason, close) => disconnect.mutate(reason, { onSuccess: close })}
              />
            </div>
          </>
        )}
      </Answer>
    </section>
  );
}
