// A table's columns, keys and constraints.

import { load } from './api.js';
import { element, show, table, tableAddress } from './dom.js';

export function tabs(name, current) {
  const link = (address, text) => element('li', {}, element('a', { href: address, 'aria-current': text === current ? 'page' : null }, text));
  return element('ul', { class: 'tabs' }, link(tableAddress(name), 'Records'), link(tableAddress(name, '/schema'), 'Schema'));
}

export async function open(context) {
  const name = context.parts[1];
  const page = await load('schema', { table: name }, context.controller.signal);
  if (!context.alive()) return;
  show(context.place, element('h1', {}, name), tabs(name, 'Schema'),
    element('section', { 'aria-label': 'Columns' },
      table('Columns', [{ name: 'Column' }, { name: 'Type' }, { name: 'Constraints' }],
        page.columns.map((column) => [element('code', {}, column.name), column.type, column.constraints.join('; ')])),
      page.rules.length > 0 ? element('ul', {}, page.rules.map((rule) => element('li', {}, element('code', {}, rule)))) : null,
      element('p', { class: 'quiet' }, `version ${page.version}, created ${page.created_at}`)),
    element('section', { 'aria-label': 'Schema file' }, element('h2', {}, element('code', {}, page.file)),
      element('pre', { tabindex: '0' }, page.document)));
}

export const leave = (context) => tableAddress(context.parts[1]);
