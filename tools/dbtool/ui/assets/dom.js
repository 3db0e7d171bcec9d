// Making elements. Text is always set as text: nothing of a database is ever read as markup.

export function element(name, attributes = {}, ...children) {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key.startsWith('on')) made.addEventListener(key.slice(2), value);
    else if (value === true) made.setAttribute(key, '');
    else if (value !== false && value !== null && value !== undefined) made.setAttribute(key, value);
  }
  made.append(...children.flat().filter((child) => child !== null && child !== undefined));
  return made;
}

const thousands = new Intl.NumberFormat('en-US');
export const number = (value) => thousands.format(value);
export const counted = (value, noun) => `${number(value)} ${noun}${value === 1 ? '' : 's'}`;

export function bytes(value) {
  const units = ['B', 'KiB', 'MiB', 'GiB', 'TiB'];
  let unit = 0;
  let amount = value;
  while (amount >= 1024 && unit + 1 < units.length) {
    amount /= 1024;
    unit += 1;
  }
  return `${unit === 0 ? amount : amount.toFixed(1)} ${units[unit]}`;
}

// "2026-01-22 20:31:17.592" of a log's timestamp, with the whole of it at hand.
export function time(text) {
  const short = text.replace('T', ' ').replace(/(\.\d{3})\d*Z$|Z$/, '$1');
  return element('time', { datetime: text, title: text }, short);
}

// A picture that the server drew.
export function picture(drawn) {
  const svg = new DOMParser().parseFromString(drawn.svg, 'image/svg+xml').documentElement;
  const figure = element('figure', { class: `picture ${drawn.size}` }, document.importNode(svg, true));
  if (drawn.axis_begin || drawn.axis_end) {
    figure.append(element('div', { class: 'axis' }, element('span', {}, drawn.axis_begin),
      element('span', {}, drawn.axis_end)));
  }
  if (drawn.legend.length > 0) {
    const entries = drawn.legend.map((entry) => element('li', {},
      element('span', { class: `key ${entry.class}` }), entry.text));
    figure.append(element('figcaption', {}, element('ul', { class: 'legend' }, entries)));
  }
  return figure;
}

// columns: [{name, number}], rows: arrays of what stands in the cells.
export function table(caption, columns, rows) {
  const cell = (content, place) => element('td', { class: columns[place].number ? 'number' : null }, content);
  return element('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': caption },
    element('table', { 'aria-label': caption },
      element('thead', {}, element('tr', {}, columns.map((column) => element('th',
        { scope: 'col', class: column.number ? 'number' : null }, column.name)))),
      element('tbody', {}, rows.map((row) => element('tr', {}, row.map(cell))))));
}

export const fact = (name, ...value) => element('div', {}, element('dt', {}, name), element('dd', {}, ...value));
export const failure = (error) => element('p', { class: 'error', role: 'alert' }, error.message);
export const recordAddress = (name, key) => `#/record/${encodeURIComponent(name)}/${encodeURIComponent(key)}`;
export const tableAddress = (name, part = '') => `#/table/${encodeURIComponent(name)}${part}`;

// Puts the content into its place, and the focus back to where it was.
export function show(place, ...content) {
  const focused = place.contains(document.activeElement) ? document.activeElement.id : '';
  const scrolled = [...place.querySelectorAll('.scroll')].map((box) => box.scrollLeft);
  place.replaceChildren(...content.filter(Boolean));
  place.querySelectorAll('.scroll').forEach((box, i) => { box.scrollLeft = scrolled[i] ?? 0; });
  if (focused) document.getElementById(focused)?.focus();
}
