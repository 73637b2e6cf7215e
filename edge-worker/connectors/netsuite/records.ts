// Plain looks into records of unknown shape.
export type Values = Readonly<Record<string, unknown>>;

export function isValues(value: unknown): value is Values {
  return value !== null && typeof value === 'object' && !Array.isArray(value);
}

export function valuesAt(record: Values, key: string): Values {
  const value = record[key];
  return isValues(value) ? value : {};
}
