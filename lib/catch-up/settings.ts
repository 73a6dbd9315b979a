// How catching up is set: each setting once, for the runtime and the editor's panel alike.
import { flag, text, wholeNumber } from '../options/fields.ts'
import type { Settings } from '../options/options.ts'
import { type AnyDeviceSettings, anyDeviceProblems } from './any-device-settings.ts'

export const catchUpFields = {
  catchUpGap: wholeNumber({
    title: 'ask after a gap of',
    description: 'Shorter pauses in the lines are not asked about.',
    unit: 's',
    min: 1,
    max: 86_400,
    default: 60,
  }),
  catchUpDays: wholeNumber({
    title: 'ask for at most',
    description: 'What is older is not asked for.',
    unit: 'days',
    min: 1,
    max: 100,
    default: 7,
  }),
  catchUpFirst: flag({
    title: 'ask at the first time, too',
    description: 'Of a device whose lines are not in the journal yet: all that it has.',
    default: true,
  }),
  catchUpRequest: text({
    title: 'request',
    description: 'What another device is sent; {time}, {isotime}, {days} and {seq} stand for from where on.',
  }),
  catchUpReplayed: text({
    title: 'line of the answer',
    description: 'A pattern with the groups text, and time or age.',
  }),
  catchUpEnd: text({
    title: 'its end',
    description: 'A pattern; nothing: the answer ends when no more of it comes.',
  }),
  catchUpNumber: text({
    title: 'number of a line',
    description: 'A pattern with the group seq, where the device numbers its lines.',
  }),
  catchUpLimit: wholeNumber({
    title: 'time limit',
    description: 'In which the answer begins, and goes on.',
    unit: 's',
    min: 1,
    max: 3_600,
    default: 10,
  }),
}

export type CatchUpOptions = Settings<typeof catchUpFields>

/** When something is missing, and how much of it is asked for; times in ms. */
export function limitsOf({ catchUpGap, catchUpDays, catchUpFirst }: CatchUpOptions) {
  return { missing: catchUpGap * 1000, longest: catchUpDays * 86_400_000, firstTime: catchUpFirst }
}

/** How another device than a collector is asked. Throws an Error that names what is wrong with it. */
export function anyDeviceSettings(options: CatchUpOptions): AnyDeviceSettings {
  const settings: AnyDeviceSettings = {
    ...limitsOf(options),
    request: options.catchUpRequest,
    replayed: options.catchUpReplayed,
    end: options.catchUpEnd,
    number: options.catchUpNumber,
    timeLimit: options.catchUpLimit * 1000,
  }
  const [problem] = Object.entries(anyDeviceProblems(settings))
  if (!problem) return settings
  const [name, what] = problem
  throw new Error(`${titles[name] ?? name} ${what}`)
}

const titles: Readonly<Record<string, string>> = {
  request: catchUpFields.catchUpRequest.title!,
  replayed: catchUpFields.catchUpReplayed.title!,
  end: catchUpFields.catchUpEnd.title!,
  number: catchUpFields.catchUpNumber.title!,
}
