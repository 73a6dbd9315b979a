import { currentVersion } from '../../lib/migrate/migrate.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { type CleanOptions, cleanDefaults, cleanOptions } from './options.ts'
import { type FormatList, formatList } from './panel/format-list.ts'
import { askAfterDeploys, askForLogged } from './panel/logged-lines.ts'

const outputs = ['clean', 'rejected', 'unknown'] as const

/** of the panel that is open */
let list: FormatList

/** the id that makes the editor's dialog one of a new config node */
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
    bindInputs(this, cleanOptions)
    list = formatList(formats ?? [], (key, values) => this._(`fieldlog-clean.${key}`, values))
    $('#fieldlog-clean-new').on('click', () => RED.editor.editConfig('', 'fieldlog-format', none))
    $('#fieldlog-clean-logged').on('click', () => askForLogged(this))
    $('#fieldlog-clean-devices').on('click', () =>
      RED.editor.editConfig('', 'fieldlog-devices', devicesNode()),
    )
  },
  oneditsave() {
    saveVersion(this)
    this.formats = list.read()
    list.close()
  },
  oneditcancel() {
    list.close()
  },
  oneditdelete() {
    list.close()
  },
  oneditresize({ height }) {
    list.setHeight(Math.max(160, height - 210))
  },
})

askAfterDeploys()

/** The workspace's devices node; without one a new one is made. */
function devicesNode(): string {
  let id = none
  RED.nodes.eachConfig((node) => {
    if (node.type === 'fieldlog-devices' && node.d !== true && id === none) id = node.id
  })
  return id
}
