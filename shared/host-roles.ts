// Roles of people, as the host they sit in gives them. What each may do is the access table of the API.

/** `admin` is the integration admin; everybody who may see anything is a viewer. */
export const hostRoles = ['viewer', 'sales', 'finance', 'delivery', 'admin', 'approver'] as const;
export type HostRole = (typeof hostRoles)[number];

/** Roles as a host wrote them; what is none of ours is left out, and whoever has any may look. */
export function rolesFrom(given: readonly string[]): HostRole[] {
  return hostRoles.filter((role) => role === 'viewer' || given.includes(role));
}
