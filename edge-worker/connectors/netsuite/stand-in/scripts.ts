// The scripts of one account: projects are installed and removed, schedules kept, saves and pages told to them.

import { administrator } from './permissions.ts';
import type { Schema } from './schema.ts';
import { addFields, customTypes, removeFields } from './suitescript/custom-types.ts';
import { Doors } from './suitescript/doors.ts';
import type { Doing } from './suitescript/frame.ts';
import { runMapReduce } from './suitescript/map-reduce.ts';
import { Platform, type PlatformWorld } from './suitescript/platform.ts';
import { type Deployment, type Project, type ProjectFiles, projectOf } from './suitescript/project.ts';
import { UserEvents } from './suitescript/user-events.ts';
import { idOf, textIn } from './suitescript/xml.ts';
import { owner } from './users.ts';

const bySystem = (context: string): Doing => ({ user: owner, role: administrator, context });

export class Scripts {
  readonly platform: Platform;
  readonly events: UserEvents;
  readonly doors: Doors;
  readonly #world: PlatformWorld;
  readonly #isShuffled: () => boolean;

  constructor(world: PlatformWorld) {
    this.#world = world;
    this.platform = new Platform(world);
    this.events = new UserEvents(this.platform);
    this.doors = new Doors(this.platform);
    this.#isShuffled = () => world.board.take('shuffle-notices', 'map/reduce') !== null;
  }

  /** As a deploy does it: files and objects first, then the scripts that `deploy.xml` names. Again: an update. */
  install(files: ProjectFiles): void {
    const project = projectOf(files);
    const before = this.#installed(project);
    this.#putIn(project, before);
    const versions = { fromVersion: before?.version ?? null, toVersion: project.version };
    for (const deployment of project.runsOf('deploy.xml')) {
      this.platform.run(deployment, { entry: 'run', context: () => [versions], doing: bySystem('SDFINSTALLATION') });
    }
  }

  /** What the project named for this moment runs first; then everything of it goes, records included. */
  async uninstall(id: string): Promise<void> {
    const project = this.platform.projects.find((each) => each.id === id);
    if (!project) throw new Error(`No project ${id} is installed.`);
    const call = { entry: 'run', context: () => [{}], doing: bySystem('SDFINSTALLATION') };
    for (const deployment of project.runsOf('application.xml')) await this.platform.runWaiting(deployment, call);
    const { schema, store } = this.#world.books;
    for (const node of project.of('role')) this.#world.roles.remove(idOf(node));
    this.#keep(this.platform.projects.filter((each) => each !== project));
    removeFields(project, schema, store);
    for (const type of customTypesOf(project, schema)) {
      schema.removeType(type);
      store.close(type);
    }
  }

  /** Runs what was submitted and what the clock brings; `scheduled` map/reduces run whatever the clock says. */
  async work(scheduled: 'by the clock' | 'now'): Promise<void> {
    await this.runSubmitted();
    const { queue } = this.platform;
    const due = queue.due();
    const all = scheduled === 'now' ? queue.scheduled() : due;
    for (const deployment of all) {
      if (due.includes(deployment) || deployment.scriptType === 'mapreducescript') await this.runTask(deployment);
    }
  }

  /** Tasks first, then event subscribers. */
  async runSubmitted(): Promise<void> {
    const { queue } = this.platform;
    for (let next = queue.next(); next; next = queue.next()) await this.runTask(next);
    for (const { subscriber, recordType, recordId } of queue.takeTold()) {
      const context = () => [{ context: { recordType }, payload: { recordId } }];
      await this.platform.runWaiting(subscriber, { entry: 'handle', context, doing: bySystem('OTHER') });
    }
  }

  /** Null when it is running already. */
  runTask(deployment: Deployment, restartAfter = -1): Promise<number | null> {
    return this.platform.queue.running(deployment, async () => {
      if (deployment.scriptType === 'mapreducescript') {
        return runMapReduce(this.platform, deployment, { isShuffled: this.#isShuffled, restartAfter });
      }
      const call = { entry: 'execute', context: () => [{ type: 'SCHEDULED' }], doing: bySystem('SCHEDULED') };
      await this.platform.runWaiting(deployment, call);
      return 1;
    });
  }

  #installed(project: Project): Project | null {
    return this.platform.projects.find((each) => each.id === project.id) ?? null;
  }

  #putIn(project: Project, before: Project | null): void {
    const { books, roles } = this.#world;
    for (const node of project.of('role')) roles.add(idOf(node), textIn(node, 'name'), project.rightsOf(idOf(node)));
    for (const type of customTypes(project)) {
      books.schema.addType(type);
      books.store.open(type);
    }
    addFields(project, books.schema);
    this.#keep([...this.platform.projects.filter((each) => each !== before), project]);
  }

  #keep(projects: readonly Project[]): void {
    this.platform.projects = projects;
    this.events.lookAnew();
  }
}

function customTypesOf(project: Project, schema: Schema) {
  return project.of('customrecordtype').flatMap((node) => schema.types.get(idOf(node)) ?? []);
}
