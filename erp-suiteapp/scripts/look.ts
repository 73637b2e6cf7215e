// How our parts look inside the pages of NetSuite: its Redwood colours and fonts, under one class that leaks nothing.
import type { StatusState, statusStates } from '../../shared/wire/status.ts';
import { Html } from './html.ts';

export const style = new Html(`<style>
.tieout { font-family: "Oracle Sans", -apple-system, BlinkMacSystemFont, "Segoe UI", sans-serif; font-size: 14px;
  line-height: 1.45; color: #161513; max-width: 960px; padding: 8px 0; overflow-wrap: break-word; }
.tieout h2 { font-size: 16px; font-weight: 600; margin: 20px 0 8px; color: #003764; }
.tieout table { border-collapse: collapse; width: 100%; }
.tieout caption { text-align: left; font-weight: 600; font-size: 16px; color: #003764; padding: 0 0 8px; }
.tieout th, .tieout td { text-align: left; vertical-align: top; padding: 8px 12px 8px 0; font-size: 14px;
  border-bottom: 1px solid #d4cfca; }
.tieout thead th { color: #5a5652; font-weight: 600; }
.tieout .state { display: inline-flex; gap: 6px; align-items: baseline; font-weight: 600; }
.tieout .icon { display: inline-block; width: 1.4em; text-align: center; border-radius: 4px; color: #fff; }
.tieout .success .icon { background: #3d7a41; }
.tieout .info .icon { background: #1d6f8b; }
.tieout .warning .icon { background: #a85400; }
.tieout .error .icon { background: #b3311f; }
.tieout .neutral .icon { background: #6b6560; }
.tieout .hold { border-left: 4px solid #a85400; background: #fff8ef; padding: 8px 12px; margin: 8px 0; }
.tieout .hold p { margin: 4px 0; }
.tieout .quiet { color: #5a5652; }
.tieout ol, .tieout ul { margin: 0; padding-left: 20px; }
.tieout .timeline { list-style: none; padding: 0; }
.tieout .timeline li { display: flex; flex-wrap: wrap; gap: 0 12px; padding: 3px 0; }
.tieout .timeline time { color: #5a5652; min-width: 10.5em; }
.tieout dl { display: grid; grid-template-columns: max-content 1fr; gap: 4px 16px; margin: 0; }
.tieout dt { color: #5a5652; }
.tieout dd { margin: 0; }
.tieout a { color: #00688c; text-decoration: underline; }
.tieout a:focus-visible { outline: 2px solid #00688c; outline-offset: 2px; }
.tieout.framed { max-width: none; }
.tieout iframe { width: 100%; height: 80vh; border: 0; }
@media (max-width: 640px) {
.tieout .systems thead { position: absolute; clip-path: inset(50%); }
.tieout .systems tr { display: block; border-bottom: 1px solid #d4cfca; padding: 8px 0; }
.tieout .systems th, .tieout .systems td { display: block; border: 0; padding: 2px 0; }
.tieout .systems td::before { content: attr(data-head); display: inline-block; width: 8.5em; color: #5a5652; }
}
</style>`);

/** Beside the words, never instead of them. */
export const icons: Readonly<Record<(typeof statusStates)[StatusState]['icon'], string>> = {
  success: '✓',
  sync: '↻',
  clock: '…',
  pause: '‖',
  error: '✕',
  question: '?',
  unlinked: '∅',
  ban: '–',
  check: '✓',
  warning: '!',
};
