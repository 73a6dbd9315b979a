import { currentVersion } from '../../lib/migrate/migrate.ts'
import { problemOf } from '../../lib/options/check.ts'
import { isReference } from '../../lib/options/reference.ts'
import { parseAddress } from '../../lib/serial/source/address.ts'
import type { PortSuggestion } from '../../lib/serial/source/ports.ts'
import { baudRates } from '../../lib/serial/source/settings.ts'
import type { Completion } from '../../types/node-red-editor.d.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs, inputOf } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { type PortOptions, portOptions } from './options.ts'

RED.nodes.registerType<PortOptions>('fieldlog-port', {
  category: 'config',
  color: colours.port,
  defaults: { version: { value: currentVersion('fieldlog-port') }, ...editorDefaults(portOptions) },
  label() {
    return this.name || String(this.path || 'demo:')
  },
  oneditprepare() {
    bindInputs(this, portOptions)
    const path = inputOf(this, 'path')
    const demo: PortSuggestion = { path: 'demo:', text: this._('fieldlog-port.demo') }
    let ports = [demo]
    const show = () => {
      listPorts(ports, (chosen) => path.val(chosen).trigger('change'))
      markChosen(String(path.val()))
    }
    show()
    $.getJSON('fieldlog/ports')
      .done((present: PortSuggestion[]) => {
        ports = [...present, demo]
        $('#fieldlog-port-none').toggle(present.length === 0)
        show()
      })
      .fail(() => $('#fieldlog-port-failed').show())
    path.autoComplete({ search: (text) => portCompletions(ports, text), minLength: 1 })
    path.on('change input', () => {
      markChosen(String(path.val()))
      $('#fieldlog-port-serial').toggle(isDevice(String(path.val())))
    })
    path.trigger('change')
    inputOf(this, 'baudRate').autoComplete({ search: baudCompletions, minLength: 1 })
  },
  oneditsave() {
    saveVersion(this)
  },
})

/** One line for each port; a click takes it. */
function listPorts(ports: PortSuggestion[], choose: (path: string) => void): void {
  const list = $('#fieldlog-port-list').empty()
  for (const { path, text } of ports) {
    const row = $('<button type="button" class="fieldlog-port-row">').attr('data-path', path).appendTo(list)
    $('<span class="fieldlog-port-path">').text(path).appendTo(row)
    $('<span class="fieldlog-port-text">').text(text).appendTo(row)
    row.on('click', () => choose(path))
  }
}

function markChosen(path: string): void {
  const chosen = path.trim() === '' ? 'demo:' : path.trim()
  for (const row of $('.fieldlog-port-row').toArray()) {
    $(row).toggleClass('fieldlog-port-chosen', $(row).attr('data-path') === chosen)
  }
}

function portCompletions(ports: PortSuggestion[], text: string): Completion[] {
  const wanted = text.trim().toLowerCase()
  return ports
    .filter((port) => `${port.path} ${port.text}`.toLowerCase().includes(wanted) && port.path !== text)
    .map((port) => ({ value: port.path, label: port.text ? `${port.path} · ${port.text}` : port.path }))
}

function baudCompletions(text: string): Completion[] {
  return baudRates
    .map(String)
    .filter((rate) => rate.startsWith(text.trim()) && rate !== text.trim())
    .map((value) => ({ value, label: value }))
}

/** Baud rate and the like mean something; also while the address is not known or not right yet. */
function isDevice(path: string): boolean {
  if (isReference(path) || problemOf(portOptions.path, path) !== undefined) return true
  return parseAddress(path).kind === 'device'
}
