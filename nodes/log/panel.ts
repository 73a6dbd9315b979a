import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { EditorNode } from '../../types/node-red-editor.d.ts'
import type { JournalReport } from '../journal/endpoints.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { saveVersion } from '../shared/panel/migrated.ts'
import { onlyConfig } from '../shared/panel/only-config.ts'
import { counterRows } from './counters.ts'
import { type LogOnJournal, otherUser } from './journal-use.ts'
import { type LogNodeOptions, logOptions } from './settings.ts'

/** The counters are asked for again after so many ms while the panel is open. */
const lookAgain = 2_000

const defaults = editorDefaults(logOptions)

let timer: ReturnType<typeof setInterval> | undefined

RED.nodes.registerType<LogNodeOptions>('fieldlog-log', {
  category: 'fieldlog',
  color: colours.log,
  defaults: {
    version: { value: currentVersion('fieldlog-log') },
    ...defaults,
    journal: { ...defaults.journal, validate: journalCheck },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-log.events' : 'fieldlog-log.recovered')
  },
  icon: 'fieldlog-log.svg',
  paletteLabel: 'log',
  onadd() {
    this.journal = onlyConfig('fieldlog-journal', (id) => !isLogged(id))
  },
  label() {
    return this.name || 'log'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    bindInputs(this, logOptions)
    const show = () => showCounters(this)
    show()
    timer = setInterval(show, lookAgain)
    $('#node-input-journal').on('change', show)
  },
  oneditsave() {
    saveVersion(this)
    stopLooking()
  },
  oneditcancel: stopLooking,
  oneditdelete: stopLooking,
})

function stopLooking(): void {
  clearInterval(timer)
}

// what one log node says is wrong may hang on another one
for (const event of ['nodes:add', 'nodes:remove', 'nodes:change', 'flows:change'] as const) {
  RED.events.on(event, ({ type }) => {
    if (type === 'fieldlog-log' || type === 'tab') checkAgain()
  })
}

function checkAgain(): void {
  for (const node of logNodes()) {
    const was = node.valid
    RED.editor.validateNode(node)
    if (node.valid === was) continue
    node.dirty = true
    RED.view.redraw()
  }
}

/** The editor leaves the check of a config node to this one. */
function journalCheck(this: EditorNode, journal: string, _options?: unknown): true | string {
  const chosen = RED.nodes.node(journal)
  if (!chosen || chosen.d || chosen.valid === false) return this._('fieldlog-log.journalWrong')
  const other = otherUser(logNodes().map(onJournal), this.id, journal)
  return other ? this._('fieldlog-log.journalInUse', { name: other.name || 'log' }) : true
}

/** In the order of the tabs, which is that of the runtime. */
function logNodes(): EditorNode[] {
  const found: EditorNode[] = []
  RED.nodes.eachNode((node) => {
    if (node.type === 'fieldlog-log') found.push(node)
  })
  return found
}

function onJournal({ id, name = '', journal, d, z = '' }: EditorNode): LogOnJournal {
  return { id, name, journal, isDisabled: d === true || RED.nodes.workspace(z)?.disabled === true }
}

/** A journal has one log node. */
function isLogged(journal: string): boolean {
  return logNodes().some((node) => node.journal === journal)
}

/** The journal that is chosen, as it is deployed; nothing is shown of one that is not. */
function showCounters(node: EditorNode): void {
  const id = String($('#node-input-journal').val() ?? '')
  const place = $('#fieldlog-log-counters')
  if (id === '' || id === '_ADD_') {
    place.hide()
    return
  }
  $.getJSON(`fieldlog/journals/${encodeURIComponent(id)}`).then(
    (report: JournalReport) => {
      const body = place.find('tbody').empty()
      const text = (key: string, values?: object) => node._(`fieldlog-log.counters.${key}`, { ...values })
      for (const [key, value] of counterRows(report, text)) {
        const cell = $('<td>').text(value)
        if (key === 'replay') cell.append(' ', cancelLink(id, text('cancelReplay')))
        $('<tr>')
          .append($('<th>').text(text(key)), cell)
          .appendTo(body)
      }
      place.show()
    },
    () => place.hide(),
  )
}

/** Ends what is sent again on request; whoever asked for it is told from where to ask again. */
function cancelLink(id: string, word: string) {
  return $('<a href="#">')
    .text(word)
    .on('click', (event) => {
      event.preventDefault()
      $.ajax({ url: `fieldlog/journals/${encodeURIComponent(id)}/replay`, method: 'DELETE' })
    })
}
