// Codes by which a second host joins an installation, as people type them.
import { hashOf } from '../../shared/canonical-json.ts';

/** However it was typed: small letters, blanks and dashes do not matter. */
export function joinHash(code: string): string {
  return hashOf(['join', code.toUpperCase().replace(/[^A-Z2-9]/g, '')]);
}
