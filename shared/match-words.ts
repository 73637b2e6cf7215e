// What speaks for two records being the same thing, and what against it, in words for whoever decides.

/** Said of a field by its title; `key` of the record as a whole. */
export const matchWords = {
  same: 'Same {field}',
  alike: '{field} nearly the same',
  other: 'Other {field}',
  key: 'Agrees on what tells such records apart; others do too',
} as const;
export type MatchVerdict = keyof typeof matchWords;
