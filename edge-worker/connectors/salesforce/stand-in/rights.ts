// Who may do what: the permission sets of the packages as people have them, and the schema each of them sees.
import type { Books } from './books.ts';
import type { InstalledPackage, PermissionSet, TypeRights } from './package/installed-package.ts';
import { type FieldShape, isCustom, Schema, type TypeShape, withFields } from './shape.ts';
import type { Stored } from './table.ts';

/** What one user may do. */
export interface UserRights {
  /** Custom permissions. */
  readonly permissions: ReadonlySet<string>;
  /** The types and fields the user may see; what may not be written is read-only there. */
  readonly schema: Schema;
  /** Whether sharing lets the user see a record. */
  canSee(row: Stored): boolean;
}

const none: TypeRights = { canRead: false, canCreate: false, canEdit: false, canDelete: false, seesAll: false };
const systemFields = /^(Id|Name|IsDeleted|OwnerId|CurrencyIsoCode|Created.*|LastModified.*|SystemModstamp)$/;

export class Rights {
  readonly #books: Books;
  readonly #sets: ReadonlyMap<string, PermissionSet>;
  readonly #isPrivate: ReadonlySet<string>;
  readonly #known = new Map<string, UserRights>();

  constructor(books: Books, installed: InstalledPackage | null) {
    this.#books = books;
    this.#sets = new Map((installed?.permissionSets ?? []).map((set) => [set.name, set]));
    this.#isPrivate = installed?.privateTypes ?? new Set();
  }

  of(userId: string): UserRights {
    const known = this.#known.get(userId);
    if (known) return known;
    const sets = this.#setsOf(userId);
    const seesAll = new Set(
      sets.flatMap((set) => [...set.types].flatMap(([name, one]) => (one.seesAll ? [name] : []))),
    );
    let schema: Schema | null = null;
    const schemaNow = () => this.#schemaFor(sets);
    const rights: UserRights = {
      permissions: new Set(sets.flatMap((set) => [...set.permissions])),
      get schema() {
        schema ??= schemaNow();
        return schema;
      },
      canSee: ({ type, values }) =>
        !this.#isPrivate.has(type.name) || values['OwnerId'] === userId || seesAll.has(type.name),
    };
    this.#known.set(userId, rights);
    return rights;
  }

  /** Whether somebody has been given a set. */
  has(userId: string, set: string): boolean {
    return this.#setsOf(userId).some((one) => one.name === set);
  }

  /** Sets were given or taken, or a field has another name. */
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

  /** Standard types and their own fields are open to everybody: profiles, which this org does not have, see to them. */
  #schemaFor(sets: readonly PermissionSet[]): Schema {
    const { schema } = this.#books;
    const types = schema.all().flatMap((type) => {
      const rights = isCustom(type.name) ? joined(sets, type.name) : null;
      if (rights && !rights.canRead) return [];
      const fields = type.fields.flatMap((field) => seen(sets, type, field));
      return [withFields(type, fields, rights)];
    });
    return new Schema(schema.namespace, types, schema.changedMs);
  }
}

function joined(sets: readonly PermissionSet[], type: string): TypeRights {
  return sets.reduce((all, set) => {
    const more = set.types.get(type) ?? none;
    return {
      canRead: all.canRead || more.canRead,
      canCreate: all.canCreate || more.canCreate,
      canEdit: all.canEdit || more.canEdit,
      canDelete: all.canDelete || more.canDelete,
      seesAll: all.seesAll || more.seesAll,
    };
  }, none);
}

/** A required field is nobody's to hide. Fields of events come with the event. */
function seen(sets: readonly PermissionSet[], type: TypeShape, field: FieldShape): readonly FieldShape[] {
  if (!isCustom(field.key) || systemFields.test(field.key) || field.isRequired || type.isEvent) return [field];
  const given = sets.flatMap((set) => set.fields.get(`${type.name}.${field.key}`) ?? []);
  if (given.length === 0) return [];
  return given.includes(true) ? [field] : [{ ...field, isCalculated: true }];
}
