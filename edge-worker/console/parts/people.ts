// How people, and whose turn it is, are named on pages.

/** Whoever is no person. */
const others: Readonly<Record<string, string>> = { hub: 'Tieout', operator: 'The operator' };

/** The host proved a name; what stands behind it in the audit is not for reading. */
export function nameOf(by: string): string {
  return others[by] ?? by.replace(/ \([^()]*\)$/, '');
}

const owners: Readonly<Record<string, string>> = { integration: 'Integration admin' };

/** Whose turn it is. */
export function ownerTitle(owner: string): string {
  return owners[owner] ?? wordsFrom(owner);
}

/** Systems by what they are to the firm: `CRM, PSA`. */
export const rolesText = (roles: readonly string[]) => roles.join(', ').toUpperCase();

/** `purchaseOrderLimit` and `change-order` as people read them. */
export function wordsFrom(name: string): string {
  const apart = name
    .replace(/[-_]/g, ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  return apart.charAt(0).toUpperCase() + apart.slice(1);
}
