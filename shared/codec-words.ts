// How a way of writing a value is called: `money@currency?` as people read it.

export function codecTitle(codec: string): string {
  const [name = '', place] = codec.replace(/\?$/, '').split('@');
  const words = name
    .replaceAll('-', ' ')
    .replace(/([a-z])([A-Z])/g, '$1 $2')
    .toLowerCase();
  const title = words.charAt(0).toUpperCase() + words.slice(1);
  const beside = place === undefined ? '' : `, its currency at ${place}`;
  return `${title}${beside}${codec.endsWith('?') ? ', or empty' : ''}`;
}
