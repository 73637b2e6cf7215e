// Where the hub is, unless the settings row says otherwise.

export const usualHub = 'https://hub.tieout.example';

/** A hook address of another host would send notices, and tokens' proofs, to somebody else. */
export function isHookOf(hub: string, hook: string): boolean {
  return hub.startsWith('https://') && hook.startsWith(`${hub}/`) && !/[\s"'<>\\]/.test(hook) && hook.length <= 1000;
}
