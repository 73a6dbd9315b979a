import { currentVersion } from '../../lib/migrate/migrate.ts'
import { isAbstract } from '../../lib/time-events/transport/names.ts'
import type { EditorNode } from '../../types/node-red-editor.d.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs, inputOf } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { type EventsOptions, eventsOptions } from './options.ts'

RED.nodes.registerType<EventsOptions>('fieldlog-events', {
  category: 'config',
  color: colours.events,
  defaults: { version: { value: currentVersion('fieldlog-events') }, ...editorDefaults(eventsOptions) },
  label() {
    return this.name || transportsOf(this) || this._('fieldlog-events.none')
  },
  oneditprepare() {
    bindInputs(this, eventsOptions)
    for (const name of deciding) inputOf(this, name).on('input change', () => showWhatCounts(this))
    showWhatCounts(this)
  },
  oneditsave() {
    saveVersion(this)
  },
})

const transports = ['queue', 'socket', 'udp'] as const

/** `queue, socket` */
function transportsOf(options: { [name: string]: unknown }): string {
  return transports.filter((name) => String(options[name]) === 'true').join(', ')
}

/** What is shown depends on these. */
const deciding = [...transports, 'socketName', 'localLog', 'logForm'] as const

/** Of what is off, nothing else is asked. */
function showWhatCounts(node: EditorNode): void {
  for (const name of transports) $(`#fieldlog-events-${name}`).toggle(inputOf(node, name).is(':checked'))
  // a name without a file has no mode
  $('#fieldlog-events-socket-mode').toggle(!isAbstract(String(inputOf(node, 'socketName').val())))
  $('#fieldlog-events-log').toggle(inputOf(node, 'localLog').val() !== 'off')
  $('#fieldlog-events-report').toggle(inputOf(node, 'logForm').val() === 'reports')
}
