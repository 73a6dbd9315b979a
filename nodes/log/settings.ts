// The properties of a log node, for runtime and panel alike.
import type { NumberOrText } from '../journal/settings.ts'

/** The properties of a `fieldlog-log` node. */
export interface LogNodeOptions {
  /** shown under the node, and the source of messages that name none; default empty */
  name: string
  /** id of the `fieldlog-journal` */
  journal: string
  /** most events in flight; default 1000 */
  window: NumberOrText
  /** seconds without any activity after which an event is complete; default 1 */
  quietTime: NumberOrText
  /** seconds after which an event that a node still holds is noted as incomplete; default 300 */
  timeLimit: NumberOrText
}

export const logDefaults: LogNodeOptions = {
  name: '',
  journal: '',
  window: 1000,
  quietTime: 1,
  timeLimit: 300,
}

const ranges = {
  window: { min: 1, max: 10_000, unit: 'events' },
  quietTime: { min: 0.05, max: 60, unit: 'seconds' },
  timeLimit: { min: 1, max: 86_400, unit: 'seconds' },
}

/** What is wrong with a limit, in words; undefined where it is right. */
export function logProblem(property: keyof typeof ranges, value: unknown): string | undefined {
  if (value === '' || value === undefined) return undefined
  const { min, max, unit } = ranges[property]
  const number = Number(value)
  if (number >= min && number <= max) return undefined
  return `${property} is ${String(value)}: give a number of ${unit} from ${min} to ${max}`
}

/** The limits as numbers; what is empty or wrong is the default. */
export function deliveryLimits(options: Partial<LogNodeOptions>) {
  const limit = (property: keyof typeof ranges) => {
    const value = options[property]
    const usable = value !== undefined && value !== '' && logProblem(property, value) === undefined
    return Number(usable ? value : logDefaults[property])
  }
  return { window: limit('window'), quietTime: limit('quietTime'), timeLimit: limit('timeLimit') }
}
