import { checkDefinition } from '../../lib/formats/check.ts'
import type { FieldDefinition, FormatDefinition } from '../../lib/formats/definition.ts'
import { colours } from '../shared/colours.ts'
import { type DecoderInputs, decoderInputs } from '../shared/panel/format-decoder.ts'
import { fromDrafts, type HeadDraft, toHeadDraft } from '../shared/panel/format-draft.ts'
import { type FieldRow, fieldRow } from '../shared/panel/format-field-row.ts'
import { showProblems, type Words } from '../shared/panel/format-inputs.ts'
import { tryLines } from '../shared/panel/format-try.ts'
import { definitionProblem, type FormatOptions, formatDefaults } from './options.ts'

/** the inputs of the dialog that is open */
let decoder: DecoderInputs

RED.nodes.registerType<FormatOptions>('fieldlog-format', {
  category: 'config',
  color: colours.format,
  hasUsers: false,
  defaults: {
    definition: {
      value: formatDefaults.definition,
      validate: (definition, _options) => definitionProblem(definition) ?? true,
    },
    sample: { value: formatDefaults.sample },
  },
  paletteLabel: 'format',
  label() {
    return (this.definition as FormatDefinition | undefined)?.type || 'format'
  },
  oneditprepare() {
    const words: Words = (key, values) => this._(`fieldlog-format.${key}`, values)
    const review = () => refresh(words)
    const soon = debounce(review)
    const definition = this.definition ?? formatDefaults.definition
    const head = toHeadDraft(definition)
    for (const name of Object.keys(head) as Array<keyof HeadDraft>) headInput(name).val(head[name])
    const select = $('#fieldlog-format-decoder')
    decoder = decoderInputs($('#fieldlog-format-options'), select, definition.decoder, words, () => {
      for (const row of rows()) row.setKind(decoder.kind())
      arrange()
    })
    list().editableList({
      addButton: words('add'),
      header: listHeader(words),
      sortable: true,
      removable: true,
      addItem: (place: JQuery, _index: number, field: Partial<FieldDefinition>) => {
        place.data('row', fieldRow(place, field, decoder.kind(), words))
        soon()
      },
      removeItem: () => soon(),
      sortItems: () => soon(),
    })
    list().editableList('addItems', definition.fields)
    // The list scrolls to each item that is added; it shall show the first.
    setTimeout(() => list().closest('.red-ui-editableList-container').scrollTop(0), 0)
    form().on('input change', 'input, select, textarea', soon)
    arrange()
    review()
  },
  oneditsave() {
    this.definition = readDefinition()
  },
  oneditresize({ height }) {
    const others = form().children(':not([data-path="fields"])').toArray()
    const used = others.reduce((sum, other) => sum + ($(other).outerHeight(true) ?? 0), 0)
    list().editableList('height', Math.max(172, height - used - 14))
  },
})

function form(): JQuery {
  return $('#fieldlog-format-form')
}

function list(): JQuery {
  return $('#fieldlog-format-fields')
}

function headInput(name: keyof HeadDraft): JQuery {
  return $(`#fieldlog-format-${name}`)
}

function rows(): FieldRow[] {
  return items().map((item) => item.data('row') as FieldRow)
}

function items(): JQuery[] {
  return list()
    .editableList('items')
    .toArray()
    .map((item: HTMLElement) => $(item))
}

function readDefinition(): FormatDefinition {
  const head = toHeadDraft({})
  for (const name of Object.keys(head) as Array<keyof HeadDraft>)
    head[name] = String(headInput(name).val() ?? '')
  return fromDrafts(
    head,
    decoder.read(),
    rows().map((row) => row.read()),
  )
}

/** Shows what belongs to the decoder. */
function arrange(): void {
  const isPacket = decoder.kind() === 'packet'
  $('.fieldlog-for-packet').toggle(isPacket)
  $('.fieldlog-for-text').toggle(!isPacket)
}

/** Checks the draft, says at the inputs what is wrong, and tries it on the sample. */
function refresh(words: Words): void {
  if (form().length === 0) return
  items().forEach((item, index) => {
    item.attr('data-path', `fields[${index}]`)
  })
  const definition = readDefinition()
  const problems = checkDefinition(definition)
  showProblems(form(), problems)
  for (const row of rows()) row.showProblems()
  const result = $('#fieldlog-format-result')
  if (problems.length === 0) tryLines(result, definition, String($('#node-config-input-sample').val()), words)
  else result.empty().append($('<div>').text(words('notYet', { count: problems.length })))
}

function listHeader(words: Words): JQuery {
  const header = $('<div class="fieldlog-field-line fieldlog-field-header">')
  for (const name of ['name', 'source', 'type', 'unit']) {
    $('<span>').addClass(`fieldlog-field-header-${name}`).text(words(name)).appendTo(header)
  }
  return header
}

/** Calls back a moment after the last of several calls. */
function debounce(callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(callback, 100)
  }
}
