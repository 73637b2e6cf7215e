// What the pages around the components know of the org: who looks, what is placed where, how records are read and saved.
import { call } from 'tieout-page/calls';

export const org = window.org;

const described = new Map();

/** The description of a type, asked for once. */
export const describe = (type) => {
  if (!described.has(type)) described.set(type, call('GET', `/sobjects/${type}/describe`));
  return described.get(type);
};

export const query = (soql) => call('GET', `/query?q=${encodeURIComponent(soql)}`);
export const readRecord = (id) => call('GET', `/ui-api/records/${id}?layoutTypes=Full`);
export const saveRecord = (id, fields) => call('PATCH', `/ui-api/records/${id}`, { fields });

export const recordPage = (type, id) => `/lightning/r/${type}/${id}/view`;

/** A type by the first three characters of an id. */
export const typeOfId = async (id) => {
  const { sobjects } = await call('GET', '/sobjects');
  return sobjects.find(({ keyPrefix }) => id.startsWith(keyPrefix))?.name ?? null;
};

/** A field's value as people read it. */
export const textOf = (field, value, displayValue) => {
  if (value === null || value === undefined) return '';
  if (displayValue) return displayValue;
  if (field.type === 'boolean') return value ? 'Yes' : 'No';
  if (field.type === 'date') return new Date(`${value}T12:00:00Z`).toLocaleDateString('en', { dateStyle: 'medium' });
  if (field.type === 'datetime')
    return new Date(value).toLocaleString('en', { dateStyle: 'medium', timeStyle: 'short' });
  if (field.type === 'currency') return Number(value).toLocaleString('en', { minimumFractionDigits: 2 });
  return String(value);
};

/** Labels of references end in what they are, which no page shows. */
export const labelOf = ({ label }) => label.replace(/ ID$/, '');

/** Why a save failed, each reason as a sentence. */
export const reasonsOf = (error) => {
  const { errors = [], fieldErrors = {} } = error?.body?.output ?? {};
  const found = [...errors, ...Object.values(fieldErrors).flat()].map(({ message }) => message);
  return found.length > 0 ? found : [error?.body?.message ?? String(error)];
};
