// The verbs of `act` that have to do with scripts: saving through other doors than a page, forms, schedules, logs.
import { type Act, optionalText, type Parameters, textFrom } from './acts.ts';
import { administrator, clerk } from './permissions.ts';
import type { Scripts } from './scripts.ts';
import type { Doing } from './suitescript/frame.ts';
import { userWith, worker } from './users.ts';
import { isRecord } from './values.ts';

function doingFrom(parameters: Parameters, role: string, context: string): Doing {
  return {
    user: parameters['user'] === undefined ? worker : userWith(Number(parameters['user'])),
    role: optionalText(parameters, 'role') ?? role,
    context: optionalText(parameters, 'context') ?? context,
  };
}

const valuesFrom = (parameters: Parameters) => (isRecord(parameters['values']) ? parameters['values'] : {});

/** Opens a Suitelet, types into its form what is named, and sends it off as its button would. */
function fillIn({ doors }: Scripts, parameters: Parameters) {
  const doing = doingFrom(parameters, administrator, 'USERINTERFACE');
  const query = new URLSearchParams({
    script: textFrom(parameters, 'script'),
    deploy: textFrom(parameters, 'deploy'),
  });
  const { form } = doors.suiteletAtOnce(query, 'GET', new URLSearchParams(), doing);
  const sent = new URLSearchParams(form?.fields.map((field) => [field.id, String(field.defaultValue ?? '')]));
  for (const [id, value] of Object.entries(valuesFrom(parameters))) {
    if (!form?.getField({ id })) throw new Error(`The form has no field ${id}.`);
    sent.set(id, String(value));
  }
  const answer = doors.suiteletAtOnce(query, 'POST', sent, doing);
  const fields = answer.form?.fields.map(({ id, defaultValue }) => [id, String(defaultValue ?? '')] as const) ?? [];
  return { title: answer.form?.title ?? null, text: answer.text, fields: Object.fromEntries(fields) };
}

function deploymentFrom({ platform }: Scripts, parameters: Parameters) {
  const [script, id] = [textFrom(parameters, 'script'), optionalText(parameters, 'deploy')];
  const found = platform.deployments.find((each) => each.script === script && (id === null || each.id === id));
  if (!found) throw new Error(`There is no deployment ${script} ${id ?? ''}.`);
  return found;
}

/** Every script file of the File Cabinet, loaded as for a run: the entry points it has, or why it cannot be loaded. */
function loadAll({ platform }: Scripts) {
  return platform.projects
    .flatMap((project) => project.scriptFiles)
    .map((file) => {
      try {
        return { file, entries: platform.entriesOf(file), problem: null };
      } catch (problem) {
        return { file, entries: [], problem: String(problem instanceof Error ? problem.message : problem) };
      }
    });
}

export const scriptActs: Readonly<Record<string, Act>> = {
  /** A save by another door: an import, a workflow, an inline edit. */
  save: (world, p) => {
    const work = () =>
      world.save(
        textFrom(p, 'type'),
        optionalText(p, 'id'),
        valuesFrom(p),
        'person',
        optionalText(p, 'event') ?? undefined,
      );
    return world.scripts.events.as(doingFrom(p, clerk, 'USERINTERFACE'), work);
  },
  'fill-in': ({ scripts }, p) => fillIn(scripts, p),
  'keep-secret': ({ scripts }, p) => {
    const allowed = Array.isArray(p['scripts']) ? p['scripts'].map(String) : null;
    return scripts.platform.secrets.keep(textFrom(p, 'value'), allowed, textFrom(p, 'name'));
  },
  run: ({ scripts }, p) => scripts.runTask(deploymentFrom(scripts, p), Number(p['restartAfter'] ?? -1)),
  'load-all': ({ scripts }) => loadAll(scripts),
  'run-submitted': ({ scripts }) => scripts.runSubmitted(),
  uninstall: ({ scripts }, p) => scripts.uninstall(textFrom(p, 'project')),
  'script-runs': ({ scripts }) => [...scripts.platform.journal.runs],
  'script-logs': ({ scripts }) => [...scripts.platform.journal.logged],
  'submitted-tasks': ({ scripts }) =>
    scripts.platform.queue.submitted.map(({ script, id }) => ({ script, deploy: id })),
};
