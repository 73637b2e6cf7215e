// A customization project as its own files describe it: scripts with their deployments, records, fields, roles.
import { childOf, idOf, type Node, parseXml, referred, textIn } from './xml.ts';

/** Path below the project's folder -> text, e.g. `Objects/customrole_x.xml`. */
export type ProjectFiles = ReadonlyMap<string, string>;

export interface Deployment {
  readonly script: string;
  readonly id: string;
  readonly title: string;
  /** The tag of its script: usereventscript, restlet … */
  readonly scriptType: string;
  /** Below the File Cabinet, e.g. `/SuiteApps/com.acme.app/restlet.js`. */
  readonly file: string;
  /** The record types of a user event or event subscriber, in lower case. */
  readonly recordTypes: readonly string[];
  /** Execution contexts; null = all that the platform runs it in by default. */
  readonly contexts: ReadonlySet<string> | null;
  readonly runAsRole: string | null;
  readonly allRoles: boolean;
  readonly roles: readonly string[];
  readonly isDeployed: boolean;
  readonly isScheduled: boolean;
  /** Of a schedule: the time between two runs. */
  readonly everyMs: number;
  readonly parameters: Readonly<Record<string, string>>;
}

/** The role's own permissions, and what custom records grant it: permission -> level. */
export type Rights = ReadonlyMap<string, string>;

const cabinet = 'FileCabinet';
const dayMs = 86_400_000;
const repeats: Readonly<Record<string, number>> = { PT15M: 900_000, PT30M: 1_800_000 };

export class Project {
  readonly files: ProjectFiles;
  /** `publisherid.projectid` of a SuiteApp. */
  readonly id: string;
  readonly version: string;
  readonly nodes: readonly Node[];
  readonly deployments: readonly Deployment[];
  readonly #byId: ReadonlyMap<string, Deployment>;

  constructor(files: ProjectFiles) {
    this.files = files;
    const manifest = files.get('manifest.xml');
    if (manifest === undefined) throw new Error('The project has no manifest.xml.');
    const root = parseXml(manifest);
    this.id = [textIn(root, 'publisherid'), textIn(root, 'projectid') || textIn(root, 'projectname')].join('.');
    this.version = textIn(root, 'projectversion');
    const objects = [...files].filter(([path]) => path.startsWith('Objects/') && path.endsWith('.xml'));
    this.nodes = objects.map(([, text]) => parseXml(text));
    this.deployments = this.nodes.flatMap((node) => deploymentsOf(node));
    this.#byId = new Map(this.deployments.map((each) => [`${each.script}/${each.id}`, each]));
  }

  of(tag: string): readonly Node[] {
    return this.nodes.filter((node) => node.tag === tag);
  }

  /** Below the File Cabinet, as deployments name them. */
  get scriptFiles(): readonly string[] {
    const files = [...this.files.keys()].filter((path) => path.startsWith(`${cabinet}/`) && path.endsWith('.js'));
    return files.map((path) => path.slice(cabinet.length));
  }

  has(file: string): boolean {
    return this.files.has(`${cabinet}${file}`);
  }

  code(file: string): string {
    const text = this.files.get(`${cabinet}${file}`);
    if (text === undefined) throw new Error(`The File Cabinet has no ${file}.`);
    return text;
  }

  find(script: string, id: string): Deployment | null {
    return this.#byId.get(`${script}/${id}`) ?? null;
  }

  /** The scripts that `deploy.xml` or, before the project is removed, `application.xml` name. */
  runsOf(file: 'deploy.xml' | 'application.xml'): readonly Deployment[] {
    const text = this.files.get(file);
    if (text === undefined) return [];
    return [...text.matchAll(/Objects\/(\w+)\.xml<\/path>\s*<run>(\w+)<\/run>/g)].map(([, script = '', run = '']) => {
      const found = this.find(script, run);
      if (!found) throw new Error(`${file} runs ${script} ${run}, which is not in the project.`);
      return found;
    });
  }

  rightsOf(role: string): Rights {
    const rights = new Map<string, string>();
    const own = this.of('role').find((node) => idOf(node) === role);
    for (const each of (own && childOf(own, 'permissions'))?.children ?? []) {
      rights.set(textIn(each, 'permkey'), textIn(each, 'permlevel'));
    }
    for (const type of this.of('customrecordtype')) {
      for (const each of childOf(type, 'permissions')?.children ?? []) {
        if (referred(textIn(each, 'permittedrole')) === role) rights.set(idOf(type), textIn(each, 'permittedlevel'));
      }
    }
    return rights;
  }
}

const projects = new WeakMap<ProjectFiles, Project>();

/** Accounts that install the same files share what was read from them. */
export function projectOf(files: ProjectFiles): Project {
  const known = projects.get(files);
  if (known) return known;
  const made = new Project(files);
  projects.set(files, made);
  return made;
}

/** Told of events after the save, by itself. UNVERIFIED: how criteria go together. */
function subscriberOf(node: Node): Deployment {
  const values = (childOf(node, 'criteria')?.children ?? []).flatMap((each) =>
    (childOf(each, 'parameters')?.children ?? []).map(
      (given) => `${textIn(each, 'type')} ${textIn(given, 'value').toLowerCase()}`,
    ),
  );
  return {
    ...{ script: idOf(node), id: idOf(node), title: idOf(node), scriptType: node.tag, recordTypes: values },
    file: fileIn(node, 'scriptfilepath'),
    ...{ contexts: null, runAsRole: null, allRoles: true, roles: [], isDeployed: true, isScheduled: false },
    ...{ everyMs: 0, parameters: {} },
  };
}

const fileIn = (node: Node, tag: string) => /^\[(\/[^\]]+)\]$/.exec(textIn(node, tag))?.[1] ?? '';

function deploymentsOf(node: Node): Deployment[] {
  if (node.tag === 'eventsubscriber') return [subscriberOf(node)];
  const file = fileIn(node, 'scriptfile');
  const defaults = defaultsOf(node);
  return (childOf(node, 'scriptdeployments')?.children ?? []).map((each) => {
    const contexts = listIn(each, 'executioncontext');
    const given = each.children.filter(({ tag }) => tag.startsWith('custscript'));
    return {
      script: idOf(node),
      id: idOf(each),
      title: textIn(each, 'title') || textIn(node, 'name'),
      scriptType: node.tag,
      file,
      recordTypes: [textIn(each, 'recordtype').toLowerCase()],
      contexts: contexts.length === 0 ? null : new Set(contexts),
      runAsRole: childOf(each, 'runasrole') ? referred(textIn(each, 'runasrole')) : null,
      allRoles: textIn(each, 'allroles') === 'T',
      roles: listIn(each, 'audslctrole').map(referred),
      isDeployed: textIn(each, 'isdeployed') === 'T' && textIn(node, 'isinactive') !== 'T',
      isScheduled: textIn(each, 'status') === 'SCHEDULED',
      everyMs: everyMsOf(each),
      parameters: { ...defaults, ...Object.fromEntries(given.map(({ tag, text }) => [tag, text])) },
    };
  });
}

function defaultsOf(node: Node): Record<string, string> {
  const fields = childOf(node, 'scriptcustomfields')?.children ?? [];
  return Object.fromEntries(fields.map((field) => [idOf(field), textIn(field, 'defaultvalue')]));
}

const listIn = (node: Node, tag: string) =>
  textIn(node, tag)
    .split('|')
    .filter((part) => part !== '');

function everyMsOf(deployment: Node): number {
  const rhythm = childOf(deployment, 'recurrence')?.children[0];
  const repeat = rhythm === undefined ? '' : textIn(rhythm, 'repeat');
  const hours = /^PT(\d+)H$/.exec(repeat)?.[1];
  return repeats[repeat] ?? (hours === undefined ? dayMs : Number(hours) * 3_600_000);
}
