import { deviceFormat } from '../../lib/devices/device-event.ts'
import { checkDefinition } from '../../lib/formats/check/check.ts'
import { charsets } from '../../lib/formats/model/charset.ts'
import {
  type FieldDefinition,
  type FormatDefinition,
  isPacketKind,
} from '../../lib/formats/model/definition.ts'
import { currentVersion } from '../../lib/migrate/migrate.ts'
import type { FormatPreview } from '../../lib/preview/format-preview.ts'
import { colours } from '../shared/colours.ts'
import { currentValue, problemLines, setValue, showProblems, type Words } from '../shared/panel/inputs.ts'
import { openMigrated, saveVersion } from '../shared/panel/migrated.ts'
import { markOwnForm } from '../shared/panel/own-form.ts'
import { rulesLosing } from '../shared/panel/rules-using.ts'
import type { Speaker } from '../shared/panel/sentence-words.ts'
import { listed } from '../shared/panel/texts.ts'
import { workspaceFormats } from '../shared/panel/workspace-formats.ts'
import { type FormatOptions, formatDefaults } from './options.ts'
import { type DecoderInputs, decoderInputs } from './panel/decoder.ts'
import { fromDrafts, type HeadDraft, toHeadDraft } from './panel/draft.ts'
import { decimalChoices, type FieldRow, fieldRow, thousandsChoices } from './panel/field-row.ts'
import { type FrameInputs, frameInputs, isFramed } from './panel/frames.ts'
import { libraryBar } from './panel/library.ts'
import { type FormatPreviews, formatPreviews } from './panel/preview.ts'
import { tryLines } from './panel/try.ts'

/** the inputs of the dialog that is open */
let decoder: DecoderInputs
let frames: FrameInputs
let previews: FormatPreviews
/** as it was when the dialog opened, and the other formats: what rules may be about */
let before: { definition: FormatDefinition; others: readonly FormatDefinition[] }
/** A value that cannot be read costs the reading no more than this field, unless the user wants it so. */
const newField: Partial<FieldDefinition> = { wrong: 'omit' }
/** height of the dialog, for the list */
let height = 0

RED.nodes.registerType<FormatOptions>('fieldlog-format', {
  category: 'config',
  color: colours.format,
  hasUsers: false,
  defaults: {
    version: { value: currentVersion('fieldlog-format') },
    definition: {
      value: formatDefaults.definition,
      validate(this: Speaker, definition, _options) {
        const problems = checkDefinition(definition)
        return problems.length === 0 || problemLines(this, problems)
      },
    },
    sample: { value: formatDefaults.sample },
  },
  paletteLabel: 'format',
  label() {
    return (this.definition as FormatDefinition | undefined)?.type || 'format'
  },
  oneditprepare() {
    markOwnForm()
    const saved = openMigrated(this, 'node-config-input')
    const words: Words = (key, values) => this._(`fieldlog-format.${key}`, values)
    const soon = debounce(() => refresh(this, words))
    addChoices($('#fieldlog-format-decimal'), decimalChoices(words))
    addChoices($('#fieldlog-format-thousands'), thousandsChoices(words))
    addChoices(
      $('#fieldlog-format-charset'),
      charsets.map((charset) => [charset, words(`charset-${charset}`)] as const),
    )
    list().editableList({
      addButton: words('add'),
      header: listHeader(words),
      sortable: true,
      removable: true,
      addItem: (place: JQuery, _index: number, field: Partial<FieldDefinition>) => {
        const isNew = Object.keys(field).length === 0
        place.data('row', fieldRow(place, isNew ? newField : field, decoder.kind(), words, follow))
        soon()
      },
      removeItem: () => soon(),
      sortItems: () => soon(),
    })
    const take = (definition: FormatDefinition, sample?: string) => {
      fill(definition, words)
      if (sample !== undefined) sampleInput().val(sample)
      refresh(this, words)
    }
    libraryBar($('#fieldlog-format-library'), $('#fieldlog-format-messages'), this, words, {
      take,
      draft: readDefinition,
    })
    previews = formatPreviews($('#fieldlog-format-readings'), $('#fieldlog-format-unknown'), {
      words,
      tried: showNever,
      others: () => [deviceFormat, ...workspaceFormats(this.id)],
      take: (definition, sample) => {
        take(definition, sample)
        showTab('readings')
      },
    })
    form().on('input change', 'input, select, textarea', soon)
    form().on('click', '[data-tab]', (event) => showTab(String($(event.currentTarget).attr('data-tab'))))
    $('#fieldlog-format-fold').on('click', () => foldSpelling(!$('#fieldlog-format-spelling').is(':visible')))
    const definition = saved.definition ?? formatDefaults.definition
    before = { definition, others: workspaceFormats(this.id) }
    // a new format begins with lines that none takes yet
    showTab(definition.fields.length === 0 ? 'unknown' : 'sample')
    take(definition)
  },
  oneditsave() {
    saveVersion(this)
    this.definition = readDefinition()
  },
  oneditresize(size) {
    height = size.height
    arrangeHeight()
  },
})

function form(): JQuery {
  return $('#fieldlog-format-form')
}

function list(): JQuery {
  return $('#fieldlog-format-fields')
}

function sampleInput(): JQuery {
  return $('#node-config-input-sample')
}

function headInput(name: keyof HeadDraft): JQuery {
  return $(`#fieldlog-format-${name}`)
}

function headNames(): Array<keyof HeadDraft> {
  return Object.keys(toHeadDraft({})) as Array<keyof HeadDraft>
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

/** Puts a definition into the inputs, in place of what stands there. */
function fill(definition: FormatDefinition, words: Words): void {
  const head = toHeadDraft(definition)
  for (const name of headNames()) setValue(headInput(name), head[name])
  decoder = decoderInputs(
    $('#fieldlog-format-options'),
    $('#fieldlog-format-extra'),
    $('#fieldlog-format-decoder'),
    definition.decoder,
    words,
    () => {
      for (const row of rows()) row.setKind(decoder.kind())
      arrange()
    },
  )
  frames = frameInputs(
    {
      takes: $('#fieldlog-format-takes'),
      record: $('#fieldlog-format-record'),
      check: $('#fieldlog-format-check'),
    },
    definition,
    words,
  )
  list().editableList('empty')
  list().editableList('addItems', definition.fields)
  foldSpelling(
    head.charset !== 'utf-8' ||
      isFramed(definition) ||
      decoder.hasExtra() ||
      [head.nulls, head.decimal, head.thousands, head.zone].some(Boolean) ||
      [head.unchanged, head.sameTime, head.onlyNews].some(Boolean),
  )
  arrange()
  // The list scrolls to each item that is added; it shall show the first.
  setTimeout(() => list().closest('.red-ui-editableList-container').scrollTop(0), 0)
}

/** A field has got another name: the key, the device time and other fields that name it go along. */
function follow(before: string, after: string): void {
  for (const name of ['key', 'time'] as const) {
    const names = listed(String(headInput(name).val()))
    if (names.includes(before))
      headInput(name).val(names.map((each) => (each === before ? after : each)).join(', '))
  }
  for (const row of rows()) row.follow(before, after)
}

/** Marks the fields that no reading has a value for; without a preview, none. */
function showNever(preview: FormatPreview | undefined): void {
  const without = new Set(preview?.fields.filter(({ count }) => count === 0).map(({ name }) => name))
  for (const row of rows()) row.showNever(without.has(row.read().name) ? (preview?.clean ?? 0) : 0)
}

function readDefinition(): FormatDefinition {
  const head = Object.fromEntries(headNames().map((name) => [name, currentValue(headInput(name))]))
  return fromDrafts(
    head as unknown as HeadDraft,
    frames.read(),
    decoder.read(),
    rows().map((row) => row.read()),
  )
}

/** Shows what belongs to the decoder. */
function arrange(): void {
  const isPacket = isPacketKind(decoder.kind())
  $('.fieldlog-for-packet').toggle(isPacket)
  $('.fieldlog-for-text').toggle(!isPacket)
  frames.arrange(decoder.kind())
  arrangeHeight()
}

function arrangeHeight(): void {
  if (height === 0) return
  const others = form().children(':not([data-path="fields"]):visible').toArray()
  const used = others.reduce((sum, other) => sum + ($(other).outerHeight(true) ?? 0), 0)
  list().editableList('height', Math.max(120, height - used - 14))
}

function foldSpelling(open: boolean): void {
  $('.fieldlog-format-folded').css('display', open ? 'flex' : 'none')
  $('#fieldlog-format-fold')
    .attr('aria-expanded', String(open))
    .find('i')
    .toggleClass('fa-caret-up', open)
    .toggleClass('fa-caret-down', !open)
  arrangeHeight()
}

function showTab(name: string): void {
  form()
    .find('[data-tab]')
    .each((_, each) => {
      $(each).toggleClass('selected', $(each).attr('data-tab') === name)
    })
  form()
    .find('[data-tab-content]')
    .each((_, each) => {
      $(each).toggle($(each).attr('data-tab-content') === name)
    })
}

/** Checks the draft, says at the inputs what is wrong, and tries it. */
function refresh(speaker: Speaker, words: Words): void {
  if (form().length === 0) return
  items().forEach((item, index) => {
    item.attr('data-path', `fields[${index}]`)
  })
  frames.arrange(decoder.kind())
  const definition = readDefinition()
  // Nothing is wrong with a format that was not begun yet.
  const isBlank = definition.type === '' && definition.fields.length === 0
  const problems = checkDefinition(definition).filter(
    ({ path }) => !isBlank || (path !== 'type' && path !== 'fields'),
  )
  const isWhole = problems.length === 0 && !isBlank
  showProblems(speaker, form(), problems)
  for (const row of rows()) row.showProblems()
  if ($('.fieldlog-format-folded .input-error').length > 0) foldSpelling(true)
  const result = $('#fieldlog-format-result')
  if (isWhole) tryLines(result, definition, String(sampleInput().val()), words)
  else
    result
      .empty()
      .append($('<div>').text(isBlank ? words('begin') : words('notYet', { count: problems.length })))
  previews.show(isWhole ? definition : undefined)
  showRules(definition, words)
  arrangeHeight()
}

/** The rules that look at a field which no format would have any more. */
function showRules(draft: FormatDefinition, words: Words): void {
  const place = $('#fieldlog-format-rules').empty()
  for (const use of rulesLosing(before.definition, draft, before.others))
    $('<div>')
      .text(words('ruleUses', { ...use }))
      .appendTo(place)
  place.toggle(place.children().length > 0)
}

function listHeader(words: Words): JQuery {
  const header = $('<div class="fieldlog-field-line fieldlog-field-header">')
  for (const name of ['name', 'source', 'type', 'unit', 'min', 'max']) {
    $('<span>').addClass(`fieldlog-field-header-${name}`).text(words(name)).appendTo(header)
  }
  return header
}

function addChoices(select: JQuery, choices: ReadonlyArray<readonly [string, string]>): void {
  for (const [value, text] of choices) $('<option>').val(value).text(text).appendTo(select)
}

/** Calls back a moment after the last of several calls. */
function debounce(callback: () => void): () => void {
  let timer: ReturnType<typeof setTimeout> | undefined
  return () => {
    clearTimeout(timer)
    timer = setTimeout(callback, 100)
  }
}
