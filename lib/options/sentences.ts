// What is said of an option's value; nodes/shared/locales has it in other languages.
import { sentencesOf } from '../words/sentence.ts'

export const optionSentences = {
  notChosen: 'no __title__ is chosen',
  notAlone: '__title__ is __value__: Node-RED replaces a variable only where it stands alone, without blanks',
  outside: '__title__ is __value__: give __range__',
  wholeRange: 'a whole number from __minimum__ to __maximum__',
  wholeRangeUnit: 'a whole number of __unit__ from __minimum__ to __maximum__',
  numberRange: 'a number from __minimum__ to __maximum__',
  numberRangeUnit: 'a number of __unit__ from __minimum__ to __maximum__',
  oneOf: '__title__ is __value__: give one of __choices__',
  flag: '__title__ is __value__: give true or false',
  configNode: '__title__ is __value__: give the id of a config node',
  text: '__title__ is __value__: give a text',
  prefixBraces: 'The discovery prefix must not contain braces.',
  eventType:
    '"__type__" is no event type: these have letters, digits and . _ - and stand with commas between them.',
  pattern: '__why__',
  lookAround: 'looking ahead or behind, (?=…), is not available in RE2',
  backReference: 'references back, \\1, are not available in RE2',
} as const

export const optionSentence = sentencesOf(optionSentences)
