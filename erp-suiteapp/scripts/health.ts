// What the dashboard portlet says: how many records are in which state, and how many changes still wait to be sent.
import { type StatusState, statusStates } from '../../shared/wire/status.ts';
import { type Html, html } from './html.ts';
import { icons, style } from './look.ts';
import { outboxFields, outboxType } from './outbox.ts';
import { statusField, statusType } from './status-rows.ts';
import { select } from './suiteql.ts';

/** The others only while there are such records. */
const alwaysShown: readonly StatusState[] = ['in-step', 'on-its-way', 'held', 'failed'];

/** 20 units. */
export function healthShown(): Html {
  const state = statusField('state');
  const counted = select(`SELECT ${state} AS state, COUNT(*) AS total FROM ${statusType} GROUP BY ${state}`);
  const totals = new Map(counted.map((row) => [row['state'], row['total'] ?? '0']));
  const [waiting] = select(`SELECT COUNT(*) AS total FROM ${outboxType} WHERE ${outboxFields.sent} = 'F'`);
  const names = Object.keys(statusStates) as StatusState[];
  const shown = names.filter((name) => alwaysShown.includes(name) || totals.has(name));
  const rows = shown.map((name) => {
    const { title, tone, icon } = statusStates[name];
    const mark = html`<span class="icon" aria-hidden="true">${icons[icon]}</span>`;
    return html`<tr><th scope="row"><span class="state ${tone}">${mark}<span>${title}</span></span></th>
<td>${totals.get(name) ?? '0'}</td></tr>`;
  });
  return html`${style}<div class="tieout"><table><caption>Records by state</caption><thead><tr>
<th scope="col">State</th><th scope="col">Records</th></tr></thead><tbody>${rows}</tbody></table>
<p>Changes waiting to be sent: ${waiting?.['total'] ?? '0'}</p></div>`;
}
