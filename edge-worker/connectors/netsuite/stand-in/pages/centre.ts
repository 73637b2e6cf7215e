// The home page: the portlets of the dashboard, the links that packages add, and the newest records of each type.
import type { RecordType } from '../fields.ts';
import { mayOpen } from '../suitescript/doors.ts';
import type { Deployment } from '../suitescript/project.ts';
import { childOf, referred, textIn } from '../suitescript/xml.ts';
import type { Answer } from '../wire.ts';
import { newPageOf, pageOf, suiteletPath, typesWithPages } from './addresses.ts';
import { Html, html } from './html.ts';
import { pageAnswer, rolesPath, type Session } from './layout.ts';
import type { PageWorld } from './record-page.ts';

const newestShown = 6;

export async function homePage(world: PageWorld, session: Session): Promise<Answer> {
  const portlets: Html[] = [];
  for (const deployment of world.scripts.platform.deployments) {
    if (deployment.scriptType !== 'portlet' || !deployment.isDeployed || !mayOpen(deployment, session.role.id))
      continue;
    portlets.push(await portletDrawn(world, session, deployment));
  }
  const lists = typesWithPages.flatMap((id) => {
    const type = world.books.schema.types.get(id);
    return type && session.role.allows(type.permission, 'VIEW') ? [newestOf(world, type, session)] : [];
  });
  const links = linksFor(world, session);
  const body = html`<div class="cards">${portlets}${links}</div><h2>Records</h2><div class="cards">${lists}</div>`;
  return pageAnswer(session, { title: 'Home', body });
}

async function portletDrawn({ scripts }: PageWorld, { user, role }: Session, deployment: Deployment): Promise<Html> {
  const drawn = await scripts.doors.portlet(deployment, { user, role: role.id, context: 'PORTLET' });
  return html`<section class="panel"><h2>${drawn.title}</h2>${new Html(drawn.html)}</section>`;
}

/** A category's links to scripts, as far as the role may open them. */
function linksFor({ scripts }: PageWorld, { role }: Session): readonly Html[] {
  return scripts.platform.projects.flatMap((project) =>
    project.of('centercategory').map((category) => {
      const links = (childOf(category, 'links')?.children ?? []).flatMap((link) => {
        const [script = '', deploy = ''] = referred(textIn(link, 'linkobject')).split('.');
        const deployment = scripts.platform.find(script, deploy);
        if (!deployment || !mayOpen(deployment, role.id)) return [];
        const href = `${suiteletPath}?${new URLSearchParams({ script, deploy })}`;
        return [html`<li><a href="${href}">${textIn(link, 'linklabel')}</a></li>`];
      });
      if (links.length === 0) return html``;
      return html`<section class="panel"><h2>${textIn(category, 'label')}</h2><ul>${links}</ul></section>`;
    }),
  );
}

function newestOf({ books }: PageWorld, { id, label, permission }: RecordType, { role }: Session): Html {
  const newest = [...books.store.shelf(id).values()].slice(-newestShown).reverse();
  const rows = newest.map((entry) => {
    const name = books.store.displayName([id], entry.id);
    return html`<li><a href="${pageOf(id, entry.id)}">${name === entry.id ? `${label} ${name}` : name}</a></li>`;
  });
  const list = rows.length > 0 ? html`<ul>${rows}</ul>` : html`<p class="nothing">None yet.</p>`;
  const made = role.allows(permission, 'CREATE') ? html`<a href="${newPageOf(id)}">New ${label}</a>` : null;
  return html`<section class="panel"><h2>${label}</h2>${list}${made}</section>`;
}

export function rolesPage({ scripts }: PageWorld, session: Session): Answer {
  const rows = scripts.platform.roles.all().map(({ id, name }) => {
    const own = id === session.role.id ? html` disabled` : null;
    return html`<li><button class="button" name="role" value="${id}"${own}>${name}</button></li>`;
  });
  const body = html`<form method="post" action="${rolesPath}"><ul class="plain">${rows}</ul></form>`;
  return pageAnswer(session, { title: 'Choose Role', body });
}
