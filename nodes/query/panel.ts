import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { type QueryOptions, queryOptions } from './options.ts'

/** The parameters that each question takes. */
const parameters: Record<string, readonly string[]> = {
  values: ['series', 'field', 'from', 'to'],
  statistics: ['series', 'field', 'from', 'to'],
  spans: ['from', 'to'],
}

RED.nodes.registerType<QueryOptions>('fieldlog-query', {
  category: 'fieldlog',
  color: colours.query,
  defaults: { version: { value: currentVersion('fieldlog-query') }, ...editorDefaults(queryOptions) },
  inputs: 1,
  outputs: 1,
  icon: 'fieldlog-query.svg',
  paletteLabel: 'query',
  label() {
    return this.name || 'query'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    openMigrated(this)
    bindInputs(this, queryOptions)
    offerStores()
    const question = $('#node-input-question')
    question.on('change', () => showParameters(String(question.val())))
    showParameters(String(question.val()))
  },
  oneditsave() {
    saveVersion(this)
  },
})

/** The stores of all flows, by name; what is chosen is the id. */
function offerStores(): void {
  const list = $('#fieldlog-query-stores').empty()
  RED.nodes.eachNode(({ id, type, name }) => {
    if (type === 'fieldlog-store')
      $('<option>')
        .val(id)
        .text(String(name || id))
        .appendTo(list)
  })
}

function showParameters(question: string): void {
  for (const name of ['series', 'field', 'from', 'to']) {
    $(`#node-input-${name}`)
      .closest('.form-row')
      .toggle(parameters[question]?.includes(name) === true)
  }
}
