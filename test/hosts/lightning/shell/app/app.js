// Which page is asked for, the tabs above it, and the toasts that components send up.
import { LightningElement } from 'lwc';
import { org, recordPage, typeOfId } from 'shell/org';
import { components } from 'tieout-page/components';

const standardTabs = [
  { label: 'Home', href: '/lightning/page/home' },
  { label: 'Accounts', href: '/lightning/o/Account/list' },
  { label: 'Opportunities', href: '/lightning/o/Opportunity/list' },
];
const toastSeconds = 5;

export default class App extends LightningElement {
  toasts = [];
  userName = org.name;
  serial = 0;

  connectedCallback() {
    const { pathname } = window.location;
    const [, , kind, name, id] = pathname.split('/');
    if (kind === 'r') Object.assign(this, { recordType: name, recordId: id });
    if (kind === 'o') this.recordType = name;
    this.kind = kind;
    if (pathname === '/') window.location.replace('/lightning/page/home');
    if (!pathname.startsWith('/lightning/') && pathname !== '/') this.findRecord(pathname.slice(1));
    this.template.addEventListener('lightning__showtoast', (event) => this.tell(event.detail));
  }

  async findRecord(id) {
    const type = await typeOfId(id);
    window.location.replace(type === null ? '/lightning/page/home' : recordPage(type, id));
  }

  get isRecord() {
    return this.kind === 'r' && this.recordId !== undefined;
  }

  get isList() {
    return this.kind === 'o';
  }

  get isHome() {
    return this.kind === 'page';
  }

  get tab() {
    return org.tabs.find(({ href }) => href === window.location.pathname);
  }

  get title() {
    return this.isHome ? 'Home' : this.tab?.label;
  }

  get components() {
    const names = this.isHome ? ['tieoutHealth'] : this.tab?.components;
    return names?.map((name) => ({ name, constructor: components[name] }));
  }

  get tabs() {
    return [...standardTabs, ...org.tabs].map(({ label, href }) => {
      const isCurrent = href === window.location.pathname;
      return { label, href, current: isCurrent ? 'page' : null, look: isCurrent ? 'is-current' : '' };
    });
  }

  tell({ title, message, variant }) {
    this.serial += 1;
    const look = `slds-notify slds-notify_toast is-${variant === 'error' ? 'error' : 'success'}`;
    const toast = { id: this.serial, title, message, look };
    this.toasts = [...this.toasts, toast];
    setTimeout(() => {
      this.toasts = this.toasts.filter((one) => one !== toast);
    }, toastSeconds * 1_000);
  }
}
