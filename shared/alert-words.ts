// An alert as people read it in a mail or a chat: one line that says what, and what to know and do.
import type { ShownAlert } from './alert.ts';

interface Note {
  readonly kind: 'raised' | 'recovered' | 'test';
  readonly installation: { readonly name: string };
  readonly alert: ShownAlert;
}

const owners: Readonly<Record<string, string>> = {
  sales: 'Sales',
  finance: 'Finance',
  delivery: 'Delivery',
  integration: 'Integration admin',
  operator: 'Tieout support',
};

export function alertHeadline({ kind, installation, alert }: Note): string {
  const said = kind === 'recovered' ? `Over: ${alert.title}` : alert.title;
  const urgent = kind === 'raised' && alert.severity === 'critical' ? 'Critical: ' : '';
  return `${urgent}${said} (${installation.name})`;
}

export function alertLines({ kind, alert }: Note) {
  const { text, next, owner, records, since, about } = alert;
  const begun = since.slice(0, 16).replace('T', ' ');
  const count = about === 'exceptions' && records > 1 ? `, ${records} records` : '';
  if (kind === 'recovered')
    return { text: 'Nothing waits for this any more.', next: '', facts: `It began ${begun} UTC.` };
  if (kind === 'test') return { text, next, facts: '' };
  return { text, next, facts: `Whose turn: ${owners[owner] ?? owner}${count}. Since ${begun} UTC.` };
}
