// A secret that is shown once, to be taken over at once.
import { useRef, useState } from 'react';
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
  const [said, say] = useState('');
  const shown = useRef<HTMLElement>(null);
  const copy = async () => {
    const isCopied = shown.current !== null && (await isCopiedFrom(shown.current, secret));
    say(isCopied ? 'Copied.' : 'It is marked: copy it with the keyboard.');
  };
  return (
    <Note tone="good">
      <div className="stack-close" role="status">
        <h3>{title}</h3>
        <p>{text} It is shown here once.</p>
        <code className="secret" ref={shown}>
          {secret}
        </code>
        <div className="row">
          <Button onPress={() => void copy()}>Copy</Button>
          <span>{said}</span>
        </div>
      </div>
    </Note>
  );
}

/** A frame may be kept from the clipboard: then what is marked is copied, as by hand. */
async function isCopiedFrom(place: HTMLElement, text: string): Promise<boolean> {
  try {
    await navigator.clipboard.writeText(text);
    return true;
  } catch {
    getSelection()?.selectAllChildren(place);
    return document.execCommand('copy');
  }
}
