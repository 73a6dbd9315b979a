import { currentVersion } from '../../lib/migrate/migrate.ts'
import { completeRow, rowsProblems, soundRows } from '../../lib/timing/words.ts'
import type { Sentence } from '../../lib/words/sentence.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import type { Words } from '../shared/panel/inputs.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { type Speaker, said, saidInLines } from '../shared/panel/sentence-words.ts'
import { type TimingOptions, timingDefaults, timingOptions } from './options.ts'
import { type CategoryInputs, categoryHeader, categoryRow } from './row-inputs.ts'

/** px: of the table at least, and what stands below it */
const smallestList = 180
const belowList = 16

RED.nodes.registerType<TimingOptions>('fieldlog-timing', {
  category: 'fieldlog',
  color: colours.timing,
  defaults: {
    version: { value: currentVersion('fieldlog-timing') },
    ...editorDefaults(timingOptions),
    categories: {
      value: timingDefaults.categories,
      validate(this: Speaker, categories, _options) {
        return saidInLines(this, soundRows(categories).problems) || true
      },
    },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-timing.spans' : 'fieldlog-timing.statistics')
  },
  icon: 'fieldlog-timing.svg',
  paletteLabel: 'timing',
  label() {
    return this.name || 'timing'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    const words: Words = (key, values) => this._(`fieldlog-timing.${key}`, values)
    const { categories } = openMigrated(this)
    bindInputs(this, timingOptions)
    const refresh = () => review((sentence) => said(this, sentence))
    let isFilled = false
    list().editableList({
      addButton: words('add'),
      header: categoryHeader(words),
      sortable: true,
      removable: true,
      scrollOnAdd: false,
      addItem: (place: JQuery, _index: number, given: unknown) => {
        const row = categoryRow(place, completeRow(given), words)
        place.data('row', row)
        refresh()
        if (isFilled) row.focus()
      },
      removeItem: refresh,
      sortItems: refresh,
    })
    for (const row of categories ?? timingDefaults.categories) list().editableList('addItem', row)
    isFilled = true
    list().on('input change', 'input', refresh)
    refresh()
  },
  oneditresize({ height }) {
    const rest = $('#fieldlog-timing-above').outerHeight(true) ?? 0
    list().editableList('height', Math.max(smallestList, height - rest - belowList))
  },
  oneditsave() {
    saveVersion(this)
    this.categories = rows().map((row) => row.read())
  },
})

function list(): JQuery {
  return $('#fieldlog-timing-list')
}

function rows(): CategoryInputs[] {
  return list()
    .editableList('items')
    .toArray()
    .map((item: HTMLElement) => $(item).data('row') as CategoryInputs | undefined)
    .filter((row: CategoryInputs | undefined): row is CategoryInputs => row !== undefined)
}

/** Says what is wrong with each row. */
function review(say: (sentence: Sentence) => string): void {
  const inputs = rows()
  const problems = rowsProblems(inputs.map((row) => row.read()))
  inputs.forEach((row, place) => {
    const problem = problems.get(place)
    row.show(problem && say(problem))
  })
}
