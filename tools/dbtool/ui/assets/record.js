// One record, and its versions side by side.

import { load } from './api.js';
import { counted, element, number, show, tableAddress, time } from './dom.js';

const value = (text) => (text === null ? element('span', { class: 'null' }, 'null') : text);

function cell(version, name) {
  const member = version.members.find(([each]) => each === name);
  if (member === undefined) return element('td', {});
  const changed = version.changed.includes(name);
  return element('td', {}, changed ? element('mark', { title: 'changed' }, value(member[1])) : value(member[1]));
}

function versions(page) {
  if (page.versions.length === 0) return element('p', { class: 'empty' }, 'No log that is kept tells of it.');
  const names = [...new Set(page.versions.flatMap((version) => version.members.map(([name]) => name)))];
  const row = (name, make) => element('tr', {}, element('th', { scope: 'row' }, name), page.versions.map(make));
  return element('div', { class: 'scroll versions', tabindex: '0', role: 'region', 'aria-label': 'Versions side by side' },
    element('table', { 'aria-label': 'Versions side by side' },
      element('thead', {}, element('tr', {}, element('th', { scope: 'row' }, 'Operation'), page.versions.map((version) =>
        element('th', { scope: 'col', class: `operation ${version.operation}` }, version.operation.toLowerCase().replace('_', ' '))))),
      element('tbody', {},
        row('When', (version) => element('td', {}, time(version.timestamp))),
        row('Lsn', (version) => element('td', {}, number(version.lsn))),
        names.map((name) => row(name, (version) => cell(version, name))))));
}

export async function open(context, count = undefined) {
  const [, name, key] = context.parts;
  if (!context.shown) show(context.place, element('h1', {}, `${name} ${key}`), element('p', { class: 'empty' }, 'Reading the logs …'));
  const page = await load('record', { table: name, key, count }, context.controller.signal);
  if (!context.alive()) return;
  context.shown = true;
  context.count = count;
  const all = page.versions_total > page.versions.length
    ? element('button', { id: 'all-versions', onclick: () => open(context, Math.min(page.versions_total, 1000)) }, `Show ${number(Math.min(page.versions_total, 1000))} versions`)
    : null;
  show(context.place, element('p', {}, element('a', { href: tableAddress(name) }, `← ${name}`)),
    element('h1', {}, `${name} ${key}`),
    ...page.notes.map((note) => element('p', { class: 'note' }, note)),
    element('section', { 'aria-label': 'As it is now' },
      element('h2', {}, page.exists ? 'As it is now' : 'Deleted'),
      page.exists ? element('p', { class: 'quiet' }, 'A line of ', element('code', {}, page.file)) : null,
      page.exists ? element('pre', { tabindex: '0' }, page.line) : element('p', { class: 'empty' }, 'There is no such record now.')),
    element('section', { 'aria-label': 'Versions' }, element('h2', {}, counted(page.versions_total, 'version')), versions(page), all,
      page.first_lsn > 0 ? element('p', { class: 'quiet' }, `The logs begin with lsn ${number(page.first_lsn)}: what was before it is not known.`) : null));
}

export const refresh = (context) => (context.shown ? open(context, context.count) : undefined);
export const leave = (context) => tableAddress(context.parts[1]);
