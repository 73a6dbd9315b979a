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
  topicEmpty: 'The topic is empty.',
  topicName: '{__name__} is not known: use __parts__ or {data.NAME}.',
  topicBrace: 'A brace is not closed: names stand in braces, as in {type}.',
  topicWildcard: 'The topic must not contain + or #: these are for subscribing.',
  topicDollar: 'The topic must not begin with $: such topics belong to the broker.',
  topicLevel: 'The topic has an empty level: each / needs a name on both sides.',
  topicControl: 'The topic contains a control character.',
  prefixBraces: 'The discovery prefix must not contain braces.',
  eventType:
    '"__type__" is no event type: these have letters, digits and . _ - and stand with commas between them.',
  sourceName: '"__name__" is no name for the log: take up to 64 letters, digits and . _ : @ -',
} as const

export const optionSentence = sentencesOf(optionSentences)
