// The logs, with a checkpoint between each and the next.

import { load } from './api.js';
import { bytes, element, number, picture, show, table, time } from './dom.js';

const range = (log) => (log.last_lsn < log.first_lsn || log.last_lsn === 0 ? ['–', '–'] : [number(log.first_lsn), number(log.last_lsn)]);
const state = (log) => (log.current ? 'current, begun by the checkpoint' : `archived${log.compressed ? ', compressed' : ''}`);

export async function open(context) {
  const page = await load('logs', {}, context.controller.signal);
  if (!context.alive()) return;
  show(context.place, element('h1', {}, 'Checkpoints and archives'),
    element('section', { 'aria-label': 'Logs by their operations' }, picture(page.picture)),
    element('section', { 'aria-label': 'Logs' },
      table('Logs', [{ name: 'Checkpoint' }, { name: 'Log' }, { name: 'State' }, { name: 'First lsn', number: true },
        { name: 'Last lsn', number: true }, { name: 'Size', number: true }],
      page.logs.map((log) => [time(log.time), element('code', {}, log.name), state(log), ...range(log), bytes(log.bytes)]))));
}

export const refresh = open;
