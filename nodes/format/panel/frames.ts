// The inputs for what is said of whole lines: three rows, of which only what has a meaning is shown.
import { checkKinds, checkMarks, checkWritings } from '../../../lib/formats/check/check-frames.ts'
import {
  type DecoderKind,
  type FormatDefinition,
  isPacketKind,
} from '../../../lib/formats/model/definition.ts'
import { currentValue, labelled, setValue, type Words } from '../../shared/panel/inputs.ts'
import { type FrameDraft, toFrameDraft } from './frame-draft.ts'

interface Input {
  name: string
  /** where its problems are, in its row's part of the definition */
  problem: string
  placeholder?: string
  /** the locale has `<name>-<value>` for each */
  choices?: readonly string[]
  isFlag?: boolean
  /** shown only where this holds; default: always */
  when?: (draft: FrameDraft, kind: DecoderKind) => boolean
}

const hasRecord = ({ recordStart }: FrameDraft) => recordStart !== ''
const hasCheck = ({ checkKind }: FrameDraft) => checkKind !== ''

const rows: Readonly<Record<'takes' | 'record' | 'check', readonly Input[]>> = {
  takes: [
    { name: 'where', problem: 'where', placeholder: 'model=A|B, id~^[0-9]+$' },
    { name: 'bytes', problem: 'bytes', placeholder: '4-7', when: (_, kind) => isPacketKind(kind) },
    { name: 'columns', problem: 'columns', placeholder: '3-5', when: (_, kind) => kind === 'columns' },
    { name: 'word', problem: 'word', isFlag: true, when: (_, kind) => !isPacketKind(kind) },
    { name: 'checked', problem: 'checked', isFlag: true, when: hasCheck },
  ],
  record: [
    { name: 'recordStart', problem: 'start', placeholder: '^/', when: (_, kind) => !isPacketKind(kind) },
    { name: 'recordEnd', problem: 'end', placeholder: '^!', when: hasRecord },
    { name: 'recordLines', problem: 'maxLines', placeholder: '100', when: hasRecord },
    { name: 'recordSeconds', problem: 'seconds', placeholder: '10', when: hasRecord },
    { name: 'recordLineEnd', problem: 'lineEnd', placeholder: '\\r\\n', when: hasRecord },
    { name: 'recordEmptyAfter', problem: 'emptyAfter', when: hasRecord },
  ],
  check: [
    { name: 'checkKind', problem: 'kind', choices: ['', ...checkKinds] },
    { name: 'checkFrom', problem: 'from', placeholder: '$', when: hasCheck },
    { name: 'checkTo', problem: 'to', placeholder: '*', when: hasCheck },
    { name: 'checkMarks', problem: 'marks', choices: ['', ...checkMarks], when: hasCheck },
    { name: 'checkAt', problem: 'at', when: hasCheck },
    { name: 'checkWritten', problem: 'written', choices: checkWritings, when: hasCheck },
    { name: 'checkHexed', problem: 'hexed', isFlag: true, when: hasCheck },
    {
      name: 'checkEachLine',
      problem: 'eachLine',
      isFlag: true,
      when: (draft) => hasCheck(draft) && hasRecord(draft),
    },
    { name: 'checkOptional', problem: 'optional', isFlag: true, when: hasCheck },
  ],
}

export interface FrameInputs {
  read(): FrameDraft
  /** Shows what has a meaning with the decoder and what is entered. */
  arrange(kind: DecoderKind): void
}

/** Builds the inputs in a place for each row; `changed` is told when one of them changes. */
export function frameInputs(
  places: Readonly<Record<keyof typeof rows, JQuery>>,
  definition: FormatDefinition,
  words: Words,
): FrameInputs {
  const given = toFrameDraft(definition)
  const inputs = Object.entries(rows).flatMap(([row, list]) => {
    const place = places[row as keyof typeof rows].empty()
    return list.map((each) => {
      const { name, problem, placeholder, choices, isFlag = false } = each
      const shown = choices?.map((value) => [value, words(`${name}-${value || 'none'}`)] as const)
      const input = labelled(place, name, {
        words,
        isFlag,
        ...(placeholder !== undefined && { placeholder }),
        ...(shown && { choices: shown }),
      })
      setValue(input.attr('data-problem', problem), given[name] ?? (isFlag ? false : ''))
      return { ...each, input }
    })
  })
  const read = () => Object.fromEntries(inputs.map(({ name, input }) => [name, currentValue(input)]))
  return {
    read,
    arrange(kind) {
      const draft = read()
      for (const { input, when } of inputs) input.closest('label').toggle(when?.(draft, kind) ?? true)
    },
  }
}

/** Whether anything is said there beside how the prefix ends: else the rows may stay folded. */
export function isFramed({ takes, record, check }: FormatDefinition): boolean {
  const { source: _s, nodes: _n, prefix: _p, word: _w, bytes: _b, ...more } = takes ?? {}
  return record !== undefined || check !== undefined || Object.keys(more).length > 0
}
