// The people who have a login in the account.

export interface User {
  readonly id: number;
  readonly name: string;
  readonly email: string;
}

/** Behind the integration's own logins, and behind consent. */
export const owner: User = { id: -5, name: 'Priya Raman', email: 'priya.raman@northwind.example' };
export const worker: User = { id: 42, name: 'Ada "A&B" Byron', email: 'ada.byron@northwind.example' };

export const users: readonly User[] = [owner, worker];

export const userWith = (id: number): User => users.find((user) => user.id === id) ?? worker;
