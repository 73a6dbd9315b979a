import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { EditorNode } from '../../types/node-red-editor.d.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { workspaceFormats } from '../shared/panel/workspace-formats.ts'
import { type CleanOptions, cleanDefaults, cleanOptions } from './options.ts'

const outputs = ['clean', 'rejected', 'unknown'] as const

/** what Node-RED's select of config nodes gives for none */
const none = '_ADD_'

RED.nodes.registerType<CleanOptions>('fieldlog-clean', {
  category: 'fieldlog',
  color: colours.clean,
  defaults: {
    version: { value: currentVersion('fieldlog-clean') },
    ...editorDefaults(cleanOptions),
    formats: { value: cleanDefaults.formats, type: 'fieldlog-format[]', validate: () => true },
  },
  inputs: 1,
  outputs: outputs.length,
  outputLabels(index) {
    return this._(`fieldlog-clean.${outputs[index]}`)
  },
  icon: 'fieldlog-clean.svg',
  paletteLabel: 'clean',
  label() {
    return this.name || 'clean'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    const { formats } = openMigrated(this)
    list().editableList({
      addButton: this._('fieldlog-clean.add'),
      sortable: true,
      removable: true,
      addItem: (place: JQuery, _index: number, { id }: { id?: string }) => formatRow(place, id),
    })
    bindInputs(this, cleanOptions)
    for (const id of formats ?? []) list().editableList('addItem', { id })
    showAll(this)
    $('#fieldlog-clean-new').on('click', () => RED.editor.editConfig('', 'fieldlog-format', none))
    $('#fieldlog-clean-devices').on('click', () =>
      RED.editor.editConfig('', 'fieldlog-devices', devicesNode()),
    )
    // the dialog of the new format lies above this one; when it has gone, there may be one more
    $('#fieldlog-clean-all').on('mouseenter', () => showAll(this))
  },
  oneditsave() {
    saveVersion(this)
    const ids = list()
      .editableList('items')
      .toArray()
      .map((item: HTMLElement) => String($(item).find('select').val()))
    this.formats = ids.filter((id) => id !== '' && id !== none)
  },
  oneditresize({ height }) {
    list().editableList('height', Math.max(160, height - 180))
  },
})

/** The workspace's devices node; without one a new one is made. */
function devicesNode(): string {
  let id = none
  RED.nodes.eachConfig((node) => {
    if (node.type === 'fieldlog-devices' && node.d !== true && id === none) id = node.id
  })
  return id
}

/** Says which formats are used where the list is empty. */
function showAll(node: EditorNode): void {
  const types = workspaceFormats().map(({ type }) => type)
  const key = types.length > 0 ? 'all' : 'noFormats'
  $('#fieldlog-clean-all').text(node._(`fieldlog-clean.${key}`, { types: types.join(', ') }))
}

function list(): JQuery {
  return $('#fieldlog-clean-formats')
}

let rows = 0

/** A select of the formats, with Node-RED's own buttons to edit the chosen one and to add one. */
function formatRow(place: JQuery, id: string | undefined): void {
  const property = `format-${rows++}`
  const row = $('<div class="fieldlog-clean-format">').appendTo(place)
  $('<input type="text" style="width: 100%">').attr('id', `node-input-${property}`).appendTo(row)
  RED.editor.prepareConfigNodeSelect({ [property]: id ?? '' }, property, 'fieldlog-format', 'node-input')
}
