// What Salesforce answers -> what the pages show. No state, no platform modules: every function is a plain one.
import { amounts, labels, owners, reasons, states, systems } from 'c/tieoutWords';

/** Stands in the place of a system where a row answers a check of the record itself. */
const checkSystem = 'tieout';

/** Stands where a parameter was not given. */
const gap = '—';

const tones = {
  success: 'slds-theme_success',
  info: '',
  neutral: '',
  warning: 'slds-theme_warning',
  error: 'slds-theme_error',
};

/** While one of these is shown, the page goes on looking. */
const unfinished = new Set(['on-its-way', 'uncertain']);

export const fill = (template, params) =>
  template.replace(/\{(\w+)\}/g, (_, name) => {
    const value = params && Object.hasOwn(params, name) ? params[name] : '';
    return value === '' || value === null || value === undefined ? gap : String(value);
  });

export const systemName = (code) => systems[code] ?? code;

/** The rows of one query of the answer. */
export const rowsOf = (answer, name) => (answer?.uiapi?.query?.[name]?.edges ?? []).map(({ node }) => node);

/** Tieout says every quarter of an hour that it is there. */
const silentMs = 3_600_000;

/** Whether a connection that is said to work has not been heard of for long. */
export const isSilent = (connection) => {
  const checked = connection?.checked?.value;
  return connection?.state.value === 'connected' && Boolean(checked) && Date.now() - Date.parse(checked) > silentMs;
};

/** The base components take milliseconds only. */
export const msOf = (instant) => (instant ? Date.parse(instant) : null);

const parsed = (json) => {
  try {
    return JSON.parse(json ?? 'null');
  } catch {
    // A page is shown even when one field of it cannot be read.
    return null;
  }
};

/** A link that a person may follow: anything but https is shown as text. */
const safeLink = (link) => (/^https:\/\//i.test(link ?? '') ? link : null);

const reasonOf = (code, params) => {
  if (!code) return null;
  const words = reasons[code] ?? { title: code, text: '', next: '' };
  const named = { ...params };
  if (named.system) named.system = systemName(named.system);
  return { title: fill(words.title, named), text: fill(words.text, named), next: fill(words.next, named) };
};

export const statusReason = (node) =>
  reasonOf(node.reason.value, { system: node.system.value, ...parsed(node.params.value) });

const figuresOf = (json) => {
  const given = parsed(json) ?? {};
  const known = Object.keys(amounts).filter((key) => key in given);
  const others = Object.keys(given).filter((key) => !(key in amounts));
  return [...known, ...others].map((key) => ({ key, label: amounts[key] ?? key, text: String(given[key]) }));
};

export const stateLook = (code) => {
  const look = states[code] ?? { title: code, tone: 'neutral', icon: 'question' };
  return { title: look.title, icon: `utility:${look.icon}`, badge: tones[look.tone] };
};

const statusOf = (node) => {
  const system = systemName(node.system.value);
  const counterpart = node.counterpart.value;
  const link = safeLink(node.link.value);
  const figures = figuresOf(node.amounts.value);
  const isHeld = node.state.value === 'held';
  return {
    id: node.Id,
    system,
    state: node.state.value,
    look: stateLook(node.state.value),
    reason: statusReason(node),
    counterpart,
    link,
    linkWords: link ? fill(labels.openIn, { record: counterpart ?? '', system }) : '',
    linkText: counterpart ?? system,
    hasPlainCounterpart: Boolean(counterpart && !link),
    owner: node.owner.value ? (owners[node.owner.value] ?? node.owner.value) : null,
    last: msOf(node.last.value),
    next: msOf(node.next.value),
    nextLabel: isHeld ? labels.dueBy : labels.nextAttempt,
    figures,
    hasFigures: figures.length > 0,
  };
};

/** What needs somebody stands first. */
const order = ['failed', 'held', 'uncertain', 'waiting', 'on-its-way', 'not-connected', 'in-step', 'ignored'];

const isCheck = (node) => node.system.value === checkSystem;

export const readStatuses = (answer) =>
  rowsOf(answer, 'statuses')
    .filter((node) => !isCheck(node))
    .map(statusOf)
    .sort((a, b) => order.indexOf(a.state) - order.indexOf(b.state) || a.system.localeCompare(b.system));

export const isUnfinished = (statuses) => statuses.some(({ state }) => unfinished.has(state));

/** What the last check of the record has found; null while nobody has asked for one. */
export const readCheck = (answer) => {
  const node = rowsOf(answer, 'statuses').find(isCheck);
  if (!node) return null;
  const found = parsed(node.params.value)?.reasons ?? [];
  return {
    look: stateLook(node.state.value),
    at: msOf(node.last.value),
    isClear: found.length === 0,
    reasons: found.map(({ code, params, owner, system }, index) => ({
      key: `${index} ${code}`,
      ...reasonOf(code, { system, ...params }),
      owner: owners[owner] ?? owner,
      system: systemName(system),
    })),
  };
};

/**
 * What a page shows of the check, or of everything else, in one text: any other text is news. Stamps are whole
 * seconds, so they alone would not do.
 */
export const wordingOf = (answer, ofCheck) =>
  JSON.stringify(rowsOf(answer, 'statuses').filter((node) => isCheck(node) === ofCheck));

const moments = (answer, statuses) => [
  ...statuses.flatMap(({ id, system, state, last, next }) => [
    { key: `${id}-last`, at: last, words: fill(labels.timelineSynced, { system }) },
    {
      key: `${id}-next`,
      at: next,
      words: fill(state === 'held' ? labels.timelineDue : labels.timelineNext, { system }),
    },
  ]),
  ...rowsOf(answer, 'asks').map((node) => ({
    key: node.Id,
    at: msOf(node.at.value),
    words: node.kind.value === 'CHECK' ? labels.timelineChecked : labels.timelineAsked,
  })),
  ...rowsOf(answer, 'invoices').flatMap((node) => {
    const params = { number: node.number.value };
    return [
      {
        key: `${node.Id}-issued`,
        at: msOf(node.issued.value),
        isDay: true,
        words: fill(labels.timelineIssued, params),
      },
      { key: `${node.Id}-due`, at: msOf(node.due.value), isDay: true, words: fill(labels.timelineInvoiceDue, params) },
    ];
  }),
];

/** What happened and what is to come, newest first. */
export const readTimeline = (answer, statuses) =>
  moments(answer, statuses)
    .filter(({ at }) => at)
    .sort((a, b) => b.at - a.at)
    .slice(0, 20);

/** One sentence of whatever the platform calls an error. What it says of a save's own reasons comes before its generalities. */
export const messageOf = (error) => {
  const [first] = Array.isArray(error) ? error : [error];
  const { errors = [], fieldErrors = {} } = first?.body?.output ?? {};
  const said = [...errors, ...Object.values(fieldErrors).flat()].map(({ message }) => message);
  if (said.length > 0) return said.join(' ');
  return first?.body?.message ?? first?.message ?? String(error);
};
