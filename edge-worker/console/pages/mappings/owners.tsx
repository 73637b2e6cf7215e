// Who owns what under a draft. Moving a field is part of the draft.
import { useSearchParams } from 'react-router';
import { Answer, useMe } from '../../asking.tsx';
import { KindChoice, Matrix } from './matrix.tsx';
import { SaveTrouble, useSaving } from './saving.tsx';
import { type Full, type Ground, useGround, withOwner } from './sides.ts';

export default function Owners({ draft }: { readonly draft: Full }) {
  const ground = useGround();
  return (
    <Answer what="our fields" answer={ground}>
      {(found) => <Moved draft={draft} ground={found} />}
    </Answer>
  );
}

function Moved({ draft, ground }: { readonly draft: Full; readonly ground: Ground }) {
  const { operations } = useMe();
  const [asked, ask] = useSearchParams();
  const saving = useSaving(draft);
  const kind = ground.kinds.find((one) => one.kind === asked.get('kind')) ?? ground.kinds[0];
  if (!kind) return null;
  const { content } = saving.opened;
  const isOpen = draft.state === 'draft' && operations.includes('editDraft') && !saving.isPending;
  return (
    <section className="stack-close" aria-label="Owners">
      <KindChoice ground={ground} chosen={kind.kind} onChoose={(id) => ask({ kind: id }, { replace: true })} />
      <p className="quiet">What its owner says goes; what another system has otherwise is put right there.</p>
      <SaveTrouble saving={saving} draft={draft} />
      <Matrix
        {...{ content, ground, kind }}
        onMove={isOpen ? (field, role) => saving.save(withOwner(content, kind.kind, field, role), {}) : null}
      />
    </section>
  );
}
