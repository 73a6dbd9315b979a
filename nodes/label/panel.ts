import type { FieldDefinition, FormatDefinition } from '../../lib/formats/model/definition.ts'
import { faultRows } from '../../lib/migrate/label.ts'
import { currentVersion } from '../../lib/migrate/migrate.ts'
import { fieldsByType } from '../../lib/predicates/model/defaults.ts'
import type { PredicateRow } from '../../lib/predicates/model/row.ts'
import { show, showList } from '../../lib/predicates/model/text.ts'
import { rowOfSentence } from '../../lib/predicates/sentence.ts'
import { type Sentence, sentenceIn } from '../../lib/words/sentence.ts'
import type { EditorNode } from '../../types/node-red-editor.d.ts'
import { colours } from '../shared/colours.ts'
import { bindInputs } from '../shared/panel/bind-inputs.ts'
import { editorDefaults } from '../shared/panel/editor-defaults.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { type Speaker, said, saidInLines } from '../shared/panel/sentence-words.ts'
import { workspaceFormats } from '../shared/panel/workspace-formats.ts'
import { type LabelOptions, labelDefaults, labelOptions, predicatesProblems } from './options.ts'
import { knownFields } from './panel/known-fields.ts'
import { predicateRow, type RowEditor } from './panel/row.ts'
import { type RulesDraft, rulesTrial } from './panel/try.ts'

RED.nodes.registerType<LabelOptions>('fieldlog-label', {
  category: 'fieldlog',
  color: colours.label,
  defaults: {
    version: { value: currentVersion('fieldlog-label') },
    ...editorDefaults(labelOptions),
    predicates: {
      value: labelDefaults.predicates,
      // the rules of a flow from before are checked as they will be read
      validate(this: Speaker, predicates, _options) {
        return saidInLines(this, predicatesProblems(faultRows(predicates))) || true
      },
    },
  },
  inputs: 1,
  outputs: 2,
  outputLabels(index) {
    return this._(index === 0 ? 'fieldlog-label.good' : 'fieldlog-label.bad')
  },
  icon: 'fieldlog-label.svg',
  paletteLabel: 'label',
  label() {
    return this.name || 'label'
  },
  labelStyle() {
    return this.name ? 'node_label_italic' : ''
  },
  oneditprepare() {
    openMigrated(this)
    const predicates = faultRows(this.predicates)
    bindInputs(this, labelOptions)
    const formats = workspaceFormats()
    const say = (sentence: Sentence) => said(this, sentence)
    sentenceInput($('#fieldlog-label-sentence'), say, (row) => {
      list().editableList('addItem', row)
      list().editableList('show', row)
    })
    const trial = rulesTrial($('#fieldlog-label-trial'), formats, draft, (key, values) =>
      this._(`fieldlog-label.trial.${key}`, values),
    )
    resizeTrial = trial.resize
    const context = {
      fields: knownFields(formats),
      types: [...fieldsByType(formats).keys()],
      words: (key: string, values?: Record<string, unknown>) => this._(`fieldlog-label.rule.${key}`, values),
      say,
      changed: trial.show,
    }
    list().editableList({
      addButton: this._('fieldlog-label.add'),
      sortable: true,
      removable: true,
      scrollOnAdd: false,
      addItem(place, _index, row: Partial<PredicateRow>) {
        place.data('editor', predicateRow(place, row, context))
        const added = Object.keys(row).length === 0
        if (added) {
          setTimeout(() => {
            list().editableList('show', row)
            place.find('.fieldlog-rule-field').first().trigger('focus')
          })
        }
      },
      removeItem: () => trial.show(),
      sortItems: () => trial.show(),
    })
    list().editableList('addItems', Array.isArray(predicates) ? predicates : [])
    showFormatRules(this, formats)
    $('#fieldlog-label-show-ranges').on('click', () => {
      $('#fieldlog-label-format-rules').toggle()
      RED.tray.resize()
    })
    $('#node-input-formatRanges, #node-input-badFrom').on('change', () => {
      const used = $('#node-input-formatRanges').prop('checked') === true
      $('#fieldlog-label-format-rules').toggleClass('fieldlog-rule-off', !used)
      trial.show()
    })
  },
  oneditsave() {
    saveVersion(this)
    this.predicates = readRows()
  },
  oneditresize({ width, height }) {
    const isWide = width >= wide
    $('#dialog-form').toggleClass('fieldlog-label-wide', isWide)
    const beside = isWide ? ', #fieldlog-label-trial' : ''
    const others = $(`#dialog-form > div:not(.fieldlog-label-list-row${beside})`).toArray()
    const used = others.reduce((sum, other) => sum + ($(other).outerHeight(true) ?? 0), 0)
    list().editableList('height', Math.max(150, height - used + (isWide ? -16 : 24)))
    resizeTrial()
  },
})

/** from this width on the trial stands beside the rules, px */
const wide = 960

let resizeTrial = () => {}

function list(): JQuery {
  return $('#fieldlog-label-predicates')
}

function editors(): RowEditor[] {
  return list()
    .editableList('items')
    .toArray()
    .map((item) => $(item).data('editor') as RowEditor | undefined)
    .filter((editor) => editor !== undefined)
}

function readRows(): PredicateRow[] {
  return editors().map((editor) => editor.read())
}

/** A rule that is typed as a sentence, and added by Enter. */
function sentenceInput(
  input: JQuery,
  say: (sentence: Sentence) => string,
  add: (row: Partial<PredicateRow>) => void,
): void {
  const problem = $('#fieldlog-label-sentence-problem')
  input.on('input', () => {
    problem.text('')
    input.removeClass('input-error')
  })
  input.on('keydown', (event) => {
    const sentence = String(input.val())
    if (event.key !== 'Enter' || sentence.trim() === '') return
    event.preventDefault()
    try {
      add(rowOfSentence(sentence))
      input.val('')
    } catch (error) {
      problem.text(say(sentenceIn(error)))
      input.addClass('input-error')
    }
  })
}

/** The node as it stands in the panel. */
function draft(): RulesDraft {
  return {
    editors: editors(),
    badFrom: $('#node-input-badFrom').val() === 'suspect' ? 'suspect' : 'fail',
    formatRanges: $('#node-input-formatRanges').prop('checked') === true,
  }
}

/** The rules that come from the formats, one line a type: to be read, not changed here. */
function showFormatRules(node: EditorNode, formats: FormatDefinition[]): void {
  const place = $('#fieldlog-label-format-rules').empty()
  for (const [type, fields] of fieldsByType(formats)) {
    const texts = [...fields.values()].flatMap((definitions) => definitions.flatMap(plausible))
    if (texts.length === 0) continue
    $('<dt>').text(type).appendTo(place)
    $('<dd>')
      .text([...new Set(texts)].join(' · '))
      .appendTo(place)
  }
  if (place.children().length === 0) $('<dd>').text(node._('fieldlog-label.noFormatRules')).appendTo(place)
}

/** `temp -50…50 °C`, `light at most 100 %`, `lobat 0 or 1`. */
function plausible({ name, min, max, allowed, unit = '' }: FieldDefinition): string[] {
  const texts: string[] = []
  if (min !== undefined && max !== undefined) texts.push(`${name} ${min}…${max} ${unit}`)
  else if (min !== undefined) texts.push(`${name} ≥ ${show(min)} ${unit}`)
  else if (max !== undefined) texts.push(`${name} ≤ ${show(max)} ${unit}`)
  if (allowed !== undefined && allowed.length > 0) texts.push(`${name} ${showList(allowed)}`)
  return texts.map((text) => text.trim())
}
