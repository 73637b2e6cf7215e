// N/runtime: who runs what, where, and how much of it is left.
import { levels } from '../../permissions.ts';
import type { Module } from '../loader.ts';
import type { Platform } from '../platform.ts';

const contexts = (
  'USER_INTERFACE CSV_IMPORT REST_WEBSERVICES WEBSERVICES RESTLET SCHEDULED MAP_REDUCE SUITELET USER_EVENT WORKFLOW ' +
  'ACTION RECORD_ACTION CLIENT CUSTOM_MASSUPDATE BUNDLE_INSTALLATION SDF_INSTALLATION DEBUGGER PORTLET OTHER'
).split(' ');

/** Keys have underscores, values have none. */
const ContextType = Object.fromEntries(contexts.map((name) => [name, name.replaceAll('_', '')]));

export function runtimeModule(platform: Platform): Module {
  const user = () => {
    const { role } = platform;
    const { id, name, email } = platform.frame.doing.user;
    return {
      ...{ id, name, email, role: role.serial, roleId: role.id.toLowerCase(), roleCenter: 'BASIC' },
      ...{ subsidiary: 1, department: 0, location: 0, contact: 0 },
      getPermission: (given: string | { name: string }) => role.levelOf(typeof given === 'string' ? given : given.name),
    };
  };
  const script = () => ({
    id: platform.frame.deployment.script,
    deploymentId: platform.frame.deployment.id,
    getRemainingUsage: () => platform.frame.meter.left,
    getParameter: (given: string | { name: string }) =>
      platform.frame.deployment.parameters[typeof given === 'string' ? given : given.name] ?? null,
  });
  const session = () => ({
    get: ({ name }: { name: string }) => platform.frame.step('session', () => platform.session.get(name) ?? null),
    set: ({ name, value }: { name: string; value: string }) =>
      void platform.frame.step('session', () => platform.session.set(name, value)),
  });
  return {
    ContextType,
    EnvType: { SANDBOX: 'SANDBOX', PRODUCTION: 'PRODUCTION', BETA: 'BETA', INTERNAL: 'INTERNAL' },
    Permission: Object.fromEntries(levels.map((level, at) => [level, at])),
    accountId: platform.account,
    envType: 'SANDBOX',
    version: '2026.2',
    get executionContext() {
      return platform.frame.doing.context;
    },
    getCurrentUser: user,
    getCurrentScript: script,
    getCurrentSession: session,
  };
}
