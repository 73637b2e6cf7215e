// What the Tieout subtab of a record says: the state towards each system in words, holds, amounts and the timeline.
import { type StatusState, statusStates } from '../../shared/wire/status.ts';
import { wordsFor } from '../../shared/words.ts';
import { type Html, html, safeAddress } from './html.ts';
import { icons, style } from './look.ts';
import type { ShownStatus, Step } from './status-shown.ts';

export interface TabContext {
  /** An instant as the person reading likes it. */
  readonly shownInstant: (iso: string) => string;
  /** Where holds are decided. */
  readonly settingsAddress: string;
}

const none = '—';

export function statusTab(statuses: readonly ShownStatus[], context: TabContext): Html {
  if (statuses.length === 0) {
    const text = 'Nothing is known of this record yet. It appears here once Tieout has read it.';
    return html`${style}<div class="tieout"><p>${text}</p></div>`;
  }
  return html`${style}<div class="tieout">${systems(statuses, context)}${holds(statuses, context)}${amounts(
    statuses,
  )}${timeline(statuses, context)}</div>`;
}

function systems(statuses: readonly ShownStatus[], context: TabContext): Html {
  const heads = ['State', 'Counterpart', 'Last change', 'Next attempt'];
  const rows = statuses.map((status) => {
    // What is held waits for a person: its next moment is when that is due, said below.
    const next = status.state === 'held' ? '' : status.next;
    const cells = [stateOf(status), counterpart(status), instant(status.last, context), instant(next, context)];
    const shown = cells.map((cell, at) => html`<td data-head="${heads[at] ?? ''}">${cell}</td>`);
    return html`<tr><th scope="row">${nameOf(status.system)}</th>${shown}</tr>`;
  });
  return html`<table class="systems"><caption>This record in other systems</caption><thead><tr>
<th scope="col">System</th>${heads.map((head) => html`<th scope="col">${head}</th>`)}</tr></thead>
<tbody>${rows}</tbody></table>`;
}

const isKnown = (state: string): state is StatusState => Object.hasOwn(statusStates, state);

function stateOf({ state }: Pick<ShownStatus, 'state'>): Html {
  const look = isKnown(state) ? statusStates[state] : ({ title: state, tone: 'neutral', icon: 'question' } as const);
  const icon = html`<span class="icon" aria-hidden="true">${icons[look.icon]}</span>`;
  return html`<span class="state ${look.tone}">${icon}<span>${look.title}</span></span>`;
}

function counterpart({ link, system }: ShownStatus): Html {
  const address = safeAddress(link);
  if (address === null) return html`<span class="quiet">${none}</span>`;
  return html`<a href="${address}" target="_blank" rel="noopener">Open in ${nameOf(system)}</a>`;
}

function instant(iso: string, { shownInstant }: TabContext): Html {
  if (Number.isNaN(Date.parse(iso))) return html`<span class="quiet">${none}</span>`;
  return html`<time datetime="${iso}">${shownInstant(iso)}</time>`;
}

/** Whatever has a reason, held or not: why, whose turn it is, and what to do. */
function holds(statuses: readonly ShownStatus[], context: TabContext): Html {
  const shown = statuses
    .filter(({ reason }) => reason !== '')
    .map((status) => {
      const words = wordsFor(status.reason, { system: nameOf(status.system), ...status.params });
      const owner = status.owner === '' ? null : html`<p>Owner: ${nameOf(status.owner)}</p>`;
      const due = status.next === '' ? null : html`<p>To be decided by: ${instant(status.next, context)}</p>`;
      const decide = html`${due}<p><a href="${context.settingsAddress}">Decide in Tieout</a></p>`;
      return html`<div class="hold"><strong>${nameOf(status.system)}: ${words.title}</strong><p>${words.text}</p>
<p>${words.next}</p>${owner}${status.state === 'held' ? decide : null}</div>`;
    });
  return shown.length === 0 ? html`` : html`<h2>What needs attention</h2>${shown}`;
}

/** Of the record as such, beside whichever system they came with. */
function amounts(statuses: readonly ShownStatus[]): Html {
  const named = Object.entries(
    Object.assign({}, ...statuses.map((status) => status.amounts)) as Record<string, string>,
  );
  const shown = named.map(([name, figure]) => html`<dt>${nameOf(name)}</dt><dd>${figure}</dd>`);
  return shown.length === 0 ? html`` : html`<h2>Amounts</h2><dl>${shown}</dl>`;
}

function timeline(statuses: readonly ShownStatus[], context: TabContext): Html {
  const steps = statuses
    .flatMap(({ system, timeline }) => timeline.map((step) => ({ system, step })))
    .sort((a, b) => (a.step.at < b.step.at ? 1 : -1));
  if (steps.length === 0) return html``;
  const shown = steps.map(({ system, step }) => stepShown(system, step, context));
  return html`<h2>Timeline</h2><ol class="timeline">${shown}</ol>`;
}

function stepShown(system: string, { at, state, reason, params }: Step, context: TabContext): Html {
  const why = reason === '' ? '' : `: ${wordsFor(reason, { system: nameOf(system), ...params }).title}`;
  const what = html`<span>${nameOf(system)}</span> <span>${stateOf({ state })}${why}</span>`;
  return html`<li>${instant(at, context)} ${what}</li>`;
}

/** Systems and amounts come by their codes. */
function nameOf(code: string): string {
  const spaced = code.replace(/[-_]/g, ' ');
  return spaced.charAt(0).toUpperCase() + spaced.slice(1);
}
