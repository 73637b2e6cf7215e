// What a person's browser reaches: home, roles, records, Suitelets, and the files that these pages load.
import { administrator, clerk } from '../permissions.ts';
import { Refusal } from '../refusal.ts';
import { NotAllowed, NotFound } from '../suitescript/doors.ts';
import { owner, worker } from '../users.ts';
import type { Answer, Call } from '../wire.ts';
import { suiteletPath, typeAt } from './addresses.ts';
import { homePage, rolesPage } from './centre.ts';
import { suiteletForm } from './form-page.ts';
import {
  banner,
  cabinetPath,
  homePath,
  pageAnswer,
  redirect,
  rolesPath,
  type Session,
  scriptOf,
  staticFile,
} from './layout.ts';
import { type PageWorld, RecordPage } from './record-page.ts';

/** Nobody logs in here: whoever opens a page is there in the role that the browser keeps. */
export class Pages {
  readonly #world: PageWorld;

  constructor(world: PageWorld) {
    this.#world = world;
  }

  async answer(call: Call): Promise<Answer> {
    const session = this.#session(call.headers.get('cookie') ?? '');
    try {
      return await this.#page(call, session);
    } catch (problem) {
      const { status, title } = kindOf(problem);
      const body = banner('error', 'Notice', (problem as Error).message);
      return pageAnswer(session, { title, body, status });
    }
  }

  #session(cookie: string): Session {
    const { roles } = this.#world.scripts.platform;
    const chosen = roles.find(/(?:^|; )role=(\w+)/.exec(cookie)?.[1] ?? '');
    return { user: chosen?.id === clerk ? worker : owner, role: chosen ?? roles.named(administrator) };
  }

  async #page(call: Call, session: Session): Promise<Answer> {
    const { path, query, method, body } = call;
    const file = staticFile(path) ?? this.#cabinetFile(path);
    if (file) return file;
    if (path === '/') return redirect(homePath);
    if (path === homePath) return homePage(this.#world, session);
    if (path === rolesPath) return method === 'POST' ? chosenRole(body) : rolesPage(this.#world, session);
    if (path === suiteletPath) return this.#suitelet(call, session);
    const type = this.#world.books.schema.find(typeAt(path, query) ?? '');
    if (type) return new RecordPage(this.#world, session, type).answer(call);
    throw new NotFound('This page does not exist.');
  }

  async #suitelet({ query, method, body }: Call, session: Session): Promise<Answer> {
    const doing = { user: session.user, role: session.role.id, context: 'SUITELET' };
    const told = await this.#world.scripts.doors.suitelet(query, method, new URLSearchParams(body), doing);
    if (told.redirectedTo !== null) return redirect(told.redirectedTo);
    const { form } = told;
    if (!form) {
      return { status: 200, headers: { 'Content-Type': 'text/html; charset=UTF-8', ...told.headers }, body: told.text };
    }
    const drawn = suiteletForm(form, `${suiteletPath}?${query}`);
    return pageAnswer(session, { title: form.title, body: drawn, clientScript: scriptOf(form) });
  }

  /** Scripts only: nothing else of a File Cabinet is for browsers. */
  #cabinetFile(path: string): Answer | null {
    const file = path.slice(cabinetPath.length);
    if (!path.startsWith(`${cabinetPath}/`) || !file.endsWith('.js')) return null;
    const project = this.#world.scripts.platform.projects.find((each) => each.has(file));
    if (!project) return null;
    return { status: 200, headers: { 'Content-Type': 'text/javascript; charset=UTF-8' }, body: project.code(file) };
  }
}

function chosenRole(body: string): Answer {
  const role = new URLSearchParams(body).get('role') ?? '';
  return { status: 302, headers: { Location: homePath, 'Set-Cookie': `role=${role}; Path=/; SameSite=Lax` } };
}

function kindOf(problem: unknown): { readonly status: number; readonly title: string } {
  if (problem instanceof NotFound) return { status: 404, title: 'Page not found' };
  if (problem instanceof NotAllowed) return { status: 403, title: 'Not allowed' };
  if (problem instanceof Refusal) return { status: problem.status, title: 'Notice' };
  return { status: 500, title: 'An unexpected error has occurred' };
}
