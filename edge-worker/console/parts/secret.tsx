// A secret that is shown once, to be taken over at once.
import { useState } from 'react';
import { Button } from './controls.tsx';
import { Note } from './states.tsx';
import './secret.css';

interface SecretProps {
  readonly title: string;
  /** Where it belongs. */
  readonly text: string;
  readonly secret: string;
}

export function Secret({ title, text, secret }: SecretProps) {
  const [isCopied, setIsCopied] = useState(false);
  // A frame may be kept from the clipboard; then it is marked and copied by hand.
  const copy = () =>
    navigator.clipboard?.writeText(secret).then(
      () => setIsCopied(true),
      () => setIsCopied(false),
    );
  return (
    <Note tone="good">
      <div className="stack-close" role="status">
        <h3>{title}</h3>
        <p>{text} It is shown here once.</p>
        <code className="secret">{secret}</code>
        <div className="row">
          <Button onPress={() => void copy()}>Copy</Button>
          {isCopied && <span>Copied.</span>}
        </div>
      </div>
    </Note>
  );
}
