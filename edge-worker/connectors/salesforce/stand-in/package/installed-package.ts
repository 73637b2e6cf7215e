// A package as one org runs it: flows by the moment they start at, validation rules, messages, permission sets, app.
import type { TypeShape } from '../shape.ts';
import { Flow, type FlowMoment } from './flow.ts';
import { type Condition, compileCondition } from './formula.ts';
import { nodesOf, type PackageSource, textsOf, type XmlNode } from './metadata.ts';
import { PackageNames } from './names.ts';
import { type FieldFinder, RecordScope } from './record-scope.ts';

export interface ValidationRule {
  readonly refuses: Condition;
  readonly message: string;
  readonly field: string | null;
}

export interface OutboundMessage {
  readonly name: string;
  readonly type: string;
  readonly endpointUrl: string;
  /** In the order of the schema that the platform makes of it: the id first, the others by name. */
  readonly fields: readonly string[];
}

export interface PermissionSet {
  readonly name: string;
  readonly label: string;
  readonly permissions: ReadonlySet<string>;
  /** Type -> what may be done with its records. */
  readonly types: ReadonlyMap<string, TypeRights>;
  /** `Type.Field` -> whether it may be written; absent where it may not be seen. */
  readonly fields: ReadonlyMap<string, boolean>;
}

export interface TypeRights {
  readonly canRead: boolean;
  readonly canCreate: boolean;
  readonly canEdit: boolean;
  readonly canDelete: boolean;
  /** Records of others too, whatever sharing says. */
  readonly seesAll: boolean;
}

export class InstalledPackage {
  readonly names: PackageNames;
  readonly flows: readonly Flow[];
  readonly messages: ReadonlyMap<string, OutboundMessage>;
  readonly permissionSets: readonly PermissionSet[];
  /** The app that the hub signs in through, as the org names it. */
  readonly apps: readonly string[];
  /** Types whose records only their owners see, unless a permission set says otherwise. */
  readonly privateTypes: ReadonlySet<string>;
  readonly #flowsAt = new Map<string, readonly Flow[]>();
  readonly #rules = new Map<string, readonly ValidationRule[]>();

  constructor(source: PackageSource, names: PackageNames, types: readonly TypeShape[]) {
    this.names = names;
    const byName = new Map(types.map((type) => [type.name, type]));
    const hasField: FieldFinder = (type, field) => byName.get(type)?.byName.has(field.toLowerCase()) === true;
    this.flows = source.of('Flow').map(({ name, node }) => new Flow(name, node, names, hasField));
    for (const flow of this.flows.toSorted((a, b) => a.order - b.order)) {
      const slot = `${flow.moment} ${flow.type}`;
      this.#flowsAt.set(slot, [...(this.#flowsAt.get(slot) ?? []), flow]);
    }
    for (const { type, node } of source.partsOf('ValidationRule')) {
      if (node['active'] !== 'true') continue;
      const owner = names.theirs(type);
      this.#rules.set(owner, [...this.rulesOf(owner), ruleOf(node, new RecordScope(owner, names, hasField))]);
    }
    this.messages = new Map(
      source.of('Workflow').flatMap(({ name, node }) => {
        const type = names.theirs(name);
        return nodesOf(node['outboundMessages']).map((one) => {
          const message = messageOf(one, new RecordScope(type, names, hasField));
          return [message.name, message] as const;
        });
      }),
    );
    this.permissionSets = source
      .of('PermissionSet')
      .map(({ name, node }) => permissionSetOf(name, node, names, hasField));
    this.privateTypes = new Set(
      source
        .of('CustomObject')
        .flatMap(({ name, node }) => (node['sharingModel'] === 'Private' ? [names.theirs(name)] : [])),
    );
    this.apps = source.of('ExternalClientApplication').map(({ name }) => names.theirs(name));
  }

  flowsAt(moment: FlowMoment, type: string): readonly Flow[] {
    return this.#flowsAt.get(`${moment} ${type}`) ?? [];
  }

  rulesOf(type: string): readonly ValidationRule[] {
    return this.#rules.get(type) ?? [];
  }
}

function ruleOf(node: XmlNode, scope: RecordScope): ValidationRule {
  const field = node['errorDisplayField'];
  return {
    refuses: compileCondition(String(node['errorConditionFormula']), scope),
    message: String(node['errorMessage']),
    field: field === undefined ? null : scope.keyOf(String(field)),
  };
}

function messageOf(node: XmlNode, scope: RecordScope): OutboundMessage {
  const name = `${scope.type}.${scope.theirs(String(node['fullName']))}`;
  if (node['includeSessionId'] !== 'false') throw new Error(`${name} asks for a session id, which is never sent`);
  const fields = textsOf(node['fields']).map((field) => scope.keyOf(field));
  return {
    name,
    type: scope.type,
    endpointUrl: String(node['endpointUrl']),
    fields: ['Id', ...fields.filter((field) => field !== 'Id').sort()],
  };
}

const isTrue = (value: unknown): boolean => value === 'true';

/** Rights to standard types are left out: the platform ignores them in a package [PKGPS]. */
function permissionSetOf(name: string, node: XmlNode, names: PackageNames, hasField: FieldFinder): PermissionSet {
  const types = nodesOf(node['objectPermissions']).map((one) => {
    const rights: TypeRights = {
      canRead: isTrue(one['allowRead']),
      canCreate: isTrue(one['allowCreate']),
      canEdit: isTrue(one['allowEdit']),
      canDelete: isTrue(one['allowDelete']),
      seesAll: isTrue(one['viewAllRecords']),
    };
    return [names.theirs(String(one['object'])), rights] as const;
  });
  const fields = nodesOf(node['fieldPermissions'])
    .filter((one) => isTrue(one['readable']))
    .map((one) => {
      const path = names.theirPath(String(one['field']));
      const [type = '', field = ''] = path.split('.');
      if (!hasField(type, field)) throw new Error(`the permission set ${name} names ${path}, which is not there`);
      return [path, isTrue(one['editable'])] as const;
    });
  return {
    name: names.theirs(name),
    label: String(node['label']),
    permissions: new Set(nodesOf(node['customPermissions']).map((one) => names.theirs(String(one['name'])))),
    types: new Map(types.filter(([type]) => /__[ce]$/.test(type))),
    fields: new Map(fields),
  };
}

const installed = new Map<string, InstalledPackage>();

/** Flows are made ready once for all orgs of a process that have the same package under the same namespace. */
export function install(source: PackageSource, namespace: string, types: readonly TypeShape[]): InstalledPackage {
  const key = `${source.folder} ${namespace}`;
  const known = installed.get(key);
  if (known) return known;
  const made = new InstalledPackage(source, new PackageNames(source, namespace), types);
  installed.set(key, made);
  return made;
}
