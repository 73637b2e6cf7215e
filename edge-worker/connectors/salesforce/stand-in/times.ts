// Dates and times as the REST API writes them: whole seconds, `.000+0000`, never `Z`.
const dayMs = 86_400_000;
let lastSecond = Number.NaN;
let lastText = '';

export const wholeSecond = (ms: number): number => Math.floor(ms / 1000) * 1000;

/** One text per second is kept, because a batch of rows carries the same stamp. */
export function formatDateTime(ms: number): string {
  const second = wholeSecond(ms);
  if (second !== lastSecond) {
    lastSecond = second;
    lastText = `${new Date(second).toISOString().slice(0, 19)}.000+0000`;
  }
  return lastText;
}

/** The outbound message writes `Z` where the REST API writes `+0000`. */
export const formatSoapDateTime = (text: string): string => text.replace('+0000', 'Z');

const dateTimeShape = /^(\d{4}-\d\d-\d\d)T(\d\d):(\d\d):(\d\d)(?:\.\d+)?(Z|[+-]\d\d:?\d\d)?$/i;

export function isDate(text: string): boolean {
  if (!/^\d{4}-\d\d-\d\d$/.test(text)) return false;
  const ms = Date.parse(`${text}T00:00:00Z`);
  return !Number.isNaN(ms) && new Date(ms).toISOString().startsWith(text);
}

/** Milliseconds of a date and time; null when it is none. Fractions of a second are cut, as Salesforce stores none. */
export function parseDateTime(text: string): number | null {
  const parts = dateTimeShape.exec(text);
  if (!parts?.[1] || !isDate(parts[1])) return null;
  const [, day, hours, minutes, seconds, zone = 'Z'] = parts;
  if (Number(hours) > 23 || Number(minutes) > 59 || Number(seconds) > 59) return null;
  const utcMs = Date.parse(`${day}T${hours}:${minutes}:${seconds}Z`);
  if (/z/i.test(zone)) return utcMs;
  const offsetMinutes = Number(zone.slice(1, 3)) * 60 + Number(zone.slice(-2));
  return utcMs - (zone.startsWith('-') ? -1 : 1) * offsetMinutes * 60_000;
}

export const startOfDay = (ms: number): number => Math.floor(ms / dayMs) * dayMs;
export const days = (count: number): number => count * dayMs;
