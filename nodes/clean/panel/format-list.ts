// The list of formats in clean's panel: those in use, in the order in which they are tried, each with what it takes of
// the last readings.
import { checkDefinition } from '../../../lib/formats/check/check.ts'
import type { FormatDefinition } from '../../../lib/formats/model/definition.ts'
import { countByType } from '../../../lib/preview/format-preview.ts'
import type { RecentReading } from '../../../lib/preview/reading.ts'
import type { EditorNode } from '../../../types/node-red-editor.d.ts'
import type { Words } from '../../shared/panel/inputs.ts'
import { lastReadings } from '../../shared/panel/readings.ts'

const formatType = 'fieldlog-format'

export interface FormatList {
  /** ids of the formats to use, in order; none: every format of the workspace, new ones too */
  read(): string[]
  setHeight(height: number): void
  close(): void
}

/** Shows the formats of the node; the list follows what the panels above this one add, change or remove. */
export function formatList(saved: readonly string[], words: Words): FormatList {
  const list = $('#fieldlog-clean-formats')
  const every = $('#fieldlog-clean-every').prop('checked', saved.length === 0)
  const add = $('#fieldlog-clean-add')
  let readings: readonly RecentReading[] | undefined
  let isFilling = false

  list.editableList({
    addButton: false,
    sortable: true,
    removable: true,
    addItem: (place: JQuery, _index: number, { id }: { id: string }) => {
      place.attr('data-format', id)
    },
    // what the user takes out or moves is a list of his own from there on
    sortItems: () => choose(),
    removeItem: () => {
      if (!isFilling) choose()
    },
  })
  fill(saved.length === 0 ? workspaceIds() : saved)
  every.on('change', () => {
    if (isEvery()) fill(workspaceIds())
    show()
  })
  add.on('change', () => {
    list.editableList('addItem', { id: String(add.val()) })
    show()
  })
  RED.events.on('nodes:add', added)
  RED.events.on('nodes:change', later)
  RED.events.on('nodes:remove', removed)
  lastReadings().then(
    (last) => {
      readings = last.readings
      show()
    },
    // without readings there are no counts
    () => undefined,
  )
  return {
    read: () => (isEvery() ? [] : ids()),
    setHeight: (height) => list.editableList('height', height),
    close() {
      RED.events.off('nodes:add', added)
      RED.events.off('nodes:change', later)
      RED.events.off('nodes:remove', removed)
    },
  }

  function isEvery(): boolean {
    return every.prop('checked') === true
  }

  function choose(): void {
    every.prop('checked', false)
    show()
  }

  function ids(): string[] {
    return rows().map((row) => String(row.attr('data-format')))
  }

  function rows(): JQuery[] {
    return list
      .editableList('items')
      .toArray()
      .map((row: HTMLElement) => $(row))
  }

  function fill(shown: readonly string[]): void {
    isFilling = true
    list.editableList('empty')
    list.editableList(
      'addItems',
      shown.map((id) => ({ id })),
    )
    isFilling = false
    show()
  }

  /** What is made while this panel is open is to be used by it. */
  function added({ type, id }: EditorNode): void {
    if (type !== formatType || ids().includes(id)) return
    list.editableList('addItem', { id })
    later()
  }

  /** The editor tells of a node before it has what the node's dialog held. */
  function later(): void {
    setTimeout(show, 0)
  }

  function removed({ type, id }: EditorNode): void {
    if (type === formatType) fill(ids().filter((each) => each !== id))
  }

  function show(): void {
    if ($('#fieldlog-clean-every').length === 0) return
    const formats = ids().map((id) => definitionOf(id))
    const types = formats.map((format) => format?.type)
    const usable = formats.filter((format) => format !== undefined && checkDefinition(format).length === 0)
    const counts = readings && countByType(usable as FormatDefinition[], readings)
    for (const [i, row] of rows().entries()) {
      const type = types[i]
      const count = type === undefined ? undefined : (counts?.get(type) ?? 0)
      showRow(row, formats[i], counts && count)
      if (type !== undefined && types.indexOf(type) !== types.lastIndexOf(type))
        $('<div class="fieldlog-clean-warning">').text(words('twice', { type })).appendTo(row)
    }
    const others = workspaceIds().filter((id) => !ids().includes(id))
    add.empty().toggle(others.length > 0)
    $('<option value="">').text(words('add')).appendTo(add)
    for (const id of others)
      $('<option>')
        .val(id)
        .text(nameOf(definitionOf(id), words))
        .appendTo(add)
    const isEmpty = formats.length === 0
    $('#fieldlog-clean-all').text(isEmpty ? words(workspaceIds().length > 0 ? 'emptyList' : 'noFormats') : '')
  }

  function showRow(row: JQuery, format: FormatDefinition | undefined, count: number | undefined): void {
    const line = $('<div class="fieldlog-clean-format">').appendTo(row.empty())
    $('<span class="fieldlog-clean-name">').text(nameOf(format, words)).appendTo(line)
    if (count !== undefined && readings !== undefined)
      $('<span class="fieldlog-clean-count">')
        .text(words('takes', { count, of: readings.length }))
        .appendTo(line)
    $('<button type="button" class="red-ui-button red-ui-button-small">')
      .attr({ title: words('edit'), 'aria-label': words('edit') })
      .append('<i class="fa fa-pencil"></i>')
      .on('click', () => RED.editor.editConfig('', formatType, String(row.attr('data-format'))))
      .appendTo(line)
  }
}

/** `room`, or `room: Room nodes` where it has a title. */
function nameOf(format: FormatDefinition | undefined, words: Words): string {
  if (format === undefined) return words('missing')
  const { type, name } = format
  if (type === '') return words('unfinished')
  return name === undefined ? type : `${type}: ${name}`
}

function definitionOf(id: string): FormatDefinition | undefined {
  return RED.nodes.node(id)?.definition as FormatDefinition | undefined
}

/** All formats that are not disabled, in the order in which the gateway tries them. */
function workspaceIds(): string[] {
  const found: string[] = []
  RED.nodes.eachConfig(({ type, id, d }) => {
    if (type === formatType && d !== true) found.push(id)
  })
  return found
}
