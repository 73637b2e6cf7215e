// Where the focus goes when what had it is gone: to what stands in its place, or else to the title of the page. Without
// this, whoever works by keyboard or has the page read out begins again at its top.

const reached = ['a[href]', 'button', 'input', 'select', 'textarea', 'summary', '[tabindex="0"]']
  .map((one) => `${one}:not(:disabled, [tabindex="-1"])`)
  .join(', ');

/** What had the focus; what was around it, innermost first; how many could be reached before it; the titles then. */
interface Held {
  readonly element: Element;
  readonly around: readonly Element[];
  readonly before: number;
  readonly titles: ReadonlyMap<Element, string | null>;
}

function heldBy(element: Element): Held {
  const around: Element[] = [];
  for (let one = element.parentElement; one !== null && one !== document.body; one = one.parentElement)
    around.push(one);
  const follows = (one: Element) => (one.compareDocumentPosition(element) & Node.DOCUMENT_POSITION_FOLLOWING) !== 0;
  const before = [...document.querySelectorAll(reached)].filter(follows).length;
  return { element, around, before, titles: new Map(titlesIn(document).map((title) => [title, title.textContent])) };
}

const titlesIn = (place: ParentNode) => [...place.querySelectorAll('h1, h2')];

/** Of the page as a whole its title, or all of it until the title has come. */
export function focusPage(): void {
  const page = document.querySelector('main');
  focus(page?.querySelector('h1') ?? page);
}

function focus(place: Element | null | undefined): boolean {
  if (!(place instanceof HTMLElement)) return false;
  if (!place.matches(reached)) place.tabIndex = -1;
  place.focus();
  return document.activeElement === place;
}

/** In the innermost that is still there: the title that has come since, or whatever now stands where it stood. */
function focusNear({ around, before, titles }: Held): boolean {
  const left = around.find((one) => one.isConnected && (one.matches('main') || one.querySelector(reached) !== null));
  if (!left) return false;
  const come = titlesIn(left).find((title) => titles.get(title) !== title.textContent);
  if (come) return focus(come);
  if (left.matches('main') || left.querySelector('main')) {
    focusPage();
    return true;
  }
  const all = [...document.querySelectorAll(reached)];
  const within = all.filter((one) => left.contains(one));
  const first = all.indexOf(within[0] as Element);
  return focus(within[Math.max(0, Math.min(before - first, within.length - 1))]);
}

/** Follows the focus until what it returns is called. `shell` is everything but what stands over the page. */
export function keepFocus(shell: Element): () => void {
  let onPage: Held | null = null;
  let over: Held | null = null;
  let isAwaited = false;
  const follow = ({ target }: FocusEvent) => {
    if (!(target instanceof Element)) return;
    isAwaited = false;
    over = shell.contains(target) ? null : heldBy(target);
    if (over === null) onPage = heldBy(target);
  };
  const look = () => {
    const { activeElement } = document;
    // Whoever is elsewhere, for example in the host around this frame, is not called back from there.
    if (!document.hasFocus()) return;
    if (activeElement?.matches('main') && activeElement.querySelector('h1')) focusPage();
    const lost = over ?? onPage;
    if (activeElement !== document.body || lost === null) return;
    if (lost.element.isConnected) {
      if (lost.element.matches(':disabled')) isAwaited = true;
      else if (isAwaited) focus(lost.element);
      // Somebody has pressed beside it.
      else onPage = over = null;
      return;
    }
    if (focusNear(lost) || onPage === null) return;
    if (!(onPage.element.isConnected && focus(onPage.element))) focusNear(onPage);
  };
  // What closes over the page gives the focus back by itself at the next frame, and goes first.
  const lookSoon = () => void requestAnimationFrame(look);
  const changes = new MutationObserver(lookSoon);
  changes.observe(document.body, { childList: true, subtree: true, attributeFilter: ['disabled'] });
  document.addEventListener('focusin', follow);
  document.addEventListener('focusout', lookSoon);
  window.addEventListener('focus', lookSoon);
  return () => {
    changes.disconnect();
    document.removeEventListener('focusin', follow);
    document.removeEventListener('focusout', lookSoon);
    window.removeEventListener('focus', lookSoon);
  };
}
