import { currentVersion, migrate } from '../../lib/migrate/migrate.ts'
import { problemOf } from '../../lib/options/check.ts'
import { isReference } from '../../lib/options/reference.ts'
import { type FramingKind, framingFields, framingInputs } from '../../lib/serial/framing/settings.ts'
import { parseAddress } from '../../lib/serial/source/address.ts'
import type { PortSuggestion } from '../../lib/serial/source/ports.ts'
import type { Completion } from '../../types/node-red-editor.d.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs, inputOf } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { showLive } from './live-panel.ts'
import { type PortOptions, portOptions } from './options.ts'
import { prepareBaudRates } from './panel/baud-rates.ts'
import { prepareCatchUp } from './panel/catch-up.ts'
import { prepareSending } from './panel/send.ts'
import { nameOf, type OtherPort, prepareSourceName } from './panel/source-name.ts'
import { prepareSuggestion } from './panel/suggestion.ts'

/** Ends what the open panel shows of its port. */
let stopLive: () => void = () => undefined

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
      $('#fieldlog-port-serial, #fieldlog-port-speed').toggle(isDevice(String(path.val())))
    })
    path.trigger('change')
    prepareBaudRates(inputOf(this, 'baudRate'), this._('fieldlog-port.baudRate-other'))
    showFraming((key) => this._(`fieldlog-port.${key}`))
    prepareSuggestion(path, (address) => this._('fieldlog-port.take-address', { address }))
    prepareCatchUp(this)
    prepareSending(this)
    const isCalled = prepareSourceName(
      {
        name: inputOf(this, 'name'),
        path,
        sourceName: inputOf(this, 'sourceName'),
        nameIsSource: inputOf(this, 'nameIsSource'),
      },
      otherPorts(this.id),
      (key, values) => this._(`fieldlog-port.${key}`, values),
    )
    stopLive = showLive(this, portOptions, isCalled)
  },
  oneditcancel() {
    stopLive()
  },
  oneditdelete() {
    stopLive()
  },
  oneditsave() {
    stopLive()
    forgetHidden()
    saveVersion(this)
  },
})

/** The other ports of the workspace that are switched on, deployed or not. */
function otherPorts(own: string): OtherPort[] {
  const found: OtherPort[] = []
  RED.nodes.eachConfig((node) => {
    if (node.type !== 'fieldlog-port' || node.d || node.id === own) return
    const {
      name = '',
      path = '',
      sourceName = '',
      nameIsSource = true,
    } = migrate(node.type, node) as Partial<PortOptions>
    const names = {
      name: String(name),
      sourceName: String(sourceName),
      nameIsSource: String(nameIsSource) === 'true',
    }
    found.push({ label: names.name || String(path) || 'demo:', source: nameOf(String(path), names) })
  })
  return found
}

/** One line for each port; a click takes it. */
function listPorts(ports: PortSuggestion[], choose: (path: string) => void): void {
  const list = $('#fieldlog-port-list').empty()
  for (const { path, text, problem } of ports) {
    const row = $('<button type="button" class="fieldlog-port-row">').attr('data-path', path).appendTo(list)
    $('<span class="fieldlog-port-path">').text(path).appendTo(row)
    $('<span class="fieldlog-port-text">').text(text).appendTo(row)
    if (problem !== undefined) $('<span class="fieldlog-port-problem">').text(problem).appendTo(row)
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

/** The inputs that only some kinds of frames have. */
const framingNames = Object.keys(framingFields).filter((name) => name !== 'framing') as Array<
  Exclude<keyof typeof framingFields, 'framing'>
>

const frameInput = (name: string) => $(`#node-config-input-${name}`)

/** The inputs of the chosen kind, and below it a sentence about that kind. */
function showFraming(words: (key: string) => string): void {
  const kind = frameInput('framing')
  const show = () => {
    const chosen = String(kind.val()) as FramingKind
    for (const name of framingNames)
      frameInput(name)
        .closest('.form-row')
        .toggle(framingInputs[chosen]?.includes(name) === true)
    $('#fieldlog-port-framing-note').text(words(`framing-${chosen}-note`))
  }
  kind.on('change', show)
  show()
}

/** What nobody sees must not keep the port from being used: a wrong value of another kind is forgotten. */
function forgetHidden(): void {
  const chosen = String(frameInput('framing').val()) as FramingKind
  for (const name of framingNames) {
    const field = framingFields[name]
    const isShown = framingInputs[chosen]?.includes(name)
    if (!isShown && problemOf(field, frameInput(name).val()) !== undefined)
      frameInput(name).val(String(field.default))
  }
}

/** Baud rate and the like mean something; also while the address is not known or not right yet. */
function isDevice(path: string): boolean {
  if (isReference(path) || problemOf(portOptions.path, path) !== undefined) return true
  return ['device', 'usb', 'rfc2217'].includes(parseAddress(path).kind)
}
