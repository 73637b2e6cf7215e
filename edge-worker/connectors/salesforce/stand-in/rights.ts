// Who may do what: the permission sets of the packages, as they are assigned to people.
import type { Books } from './books.ts';
import type { InstalledPackage, PermissionSet } from './package/installed-package.ts';
import type { Stored } from './table.ts';

/** What one user may do. */
export interface UserRights {
  /** Custom permissions. */
  readonly permissions: ReadonlySet<string>;
}

export class Rights {
  readonly #books: Books;
  readonly #sets: ReadonlyMap<string, PermissionSet>;
  readonly #known = new Map<string, UserRights>();

  constructor(books: Books, installed: InstalledPackage | null) {
    this.#books = books;
    this.#sets = new Map((installed?.permissionSets ?? []).map((set) => [set.name, set]));
  }

  of(userId: string): UserRights {
    const known = this.#known.get(userId);
    if (known) return known;
    const sets = this.#setsOf(userId);
    const rights = { permissions: new Set(sets.flatMap((set) => [...set.permissions])) };
    this.#known.set(userId, rights);
    return rights;
  }

  forget(): void {
    this.#known.clear();
  }

  /** The row of a permission set, by the name it has in this org. */
  setNamed(name: string): Stored | undefined {
    const type = this.#books.schema.typeLeniently('PermissionSet');
    let found: Stored | undefined;
    const { byId } = this.#books.table(type);
    byId.walk(0, byId.length, false, (row) => {
      if (row.values['Name'] === name) found = row;
      return found === undefined;
    });
    return found;
  }

  #setsOf(userId: string): readonly PermissionSet[] {
    const type = this.#books.schema.typeLeniently('PermissionSetAssignment');
    const assignee = type.byName.get('assigneeid');
    const rows = assignee ? this.#books.findByValue(type, assignee, userId) : [];
    const sets = this.#books.schema.typeLeniently('PermissionSet');
    return rows.flatMap((row) => {
      const name = this.#books.find(sets, String(row.values['PermissionSetId']))?.values['Name'];
      return this.#sets.get(String(name)) ?? [];
    });
  }
}
