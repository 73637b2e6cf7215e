// HTML whose every value is escaped: whatever is put into a template is text, unless it is HTML made here.

export class Html {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

const entities: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

export function escaped(text: string): string {
  return text.replace(/[&<>"']/g, (character) => entities[character] ?? '');
}

type Part = Html | readonly Html[] | string | number | null;

export function html(strings: TemplateStringsArray, ...parts: readonly Part[]): Html {
  const texts = strings.map((piece, index) => piece + (index < parts.length ? shown(parts[index] ?? null) : ''));
  return new Html(texts.join(''));
}

function shown(part: Part): string {
  if (part === null) return '';
  if (part instanceof Html) return part.text;
  if (typeof part === 'string' || typeof part === 'number') return escaped(String(part));
  return part.map(({ text }) => text).join('');
}

/** Inside a script element: no value can close it. */
export function scriptValue(value: unknown): Html {
  return new Html(
    JSON.stringify(value)
      .replace(/</g, '\\u003c')
      .replace(/\u2028|\u2029/g, ' '),
  );
}

/** Only addresses a browser opens as pages, on this machine without a certificate too; else as if there were none. */
export function safeAddress(address: string): string | null {
  return /^(https:\/\/|http:\/\/127\.0\.0\.1:|\/(?!\/))[^\s"'<>]+$/.test(address) ? address : null;
}
