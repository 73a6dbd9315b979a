// What came of the mocha processes, added up to the last line of a test run.

/** What the reporter (count-reporter.cjs) writes at the end of one mocha process. */
export interface Counts {
  passes: number
  failures: number
  pending: number
  /** full titles of the tests and hooks that failed, and of those that were skipped */
  failed: string[]
  skipped: string[]
}

/** Exit status of a process whose tests ran, but that did not end by itself (count-reporter.cjs). */
const aliveStatus = 86

export interface Outcome {
  name: string
  /** undefined: it ended without any */
  counts: Counts | undefined
  /** what else went wrong with the process: it died, hung, or ran no test */
  trouble: string | undefined
  /** full titles of what failed in a run before this one, beside other processes */
  flaky?: string[]
}

export interface Total {
  passed: number
  failed: number
  /** one line for each thing that went wrong */
  complaints: string[]
}

/** Skipped tests and processes in trouble count as failures; so does a run without any test. */
export function totalOf(outcomes: readonly Outcome[]): Total {
  const complaints = outcomes.flatMap(({ name, counts, trouble, flaky }) => [
    ...(flaky ?? []).map((title) => `failed beside other tests, and was run again alone: ${title} (${name})`),
    ...(counts?.failed ?? []).map((title) => `failed: ${title} (${name})`),
    ...(counts?.skipped ?? []).map((title) => `skipped, which is not allowed: ${title} (${name})`),
    ...(trouble === undefined ? [] : [`${name}: ${trouble}`]),
  ])
  const passed = outcomes.reduce((sum, { counts }) => sum + (counts?.passes ?? 0), 0)
  const failed = outcomes.reduce(
    (sum, { counts, trouble }) =>
      sum + (counts?.failures ?? 0) + (counts?.pending ?? 0) + (trouble === undefined ? 0 : 1),
    0,
  )
  if (passed === 0 && failed === 0) return { passed, failed: 1, complaints: ['no test was run'] }
  return { passed, failed, complaints }
}

/** How a mocha process fared: its counts must be there, and fit its exit status. */
export function outcomeOf(name: string, end: ProcessEnd, counts: Counts | undefined): Outcome {
  return { name, counts, trouble: troubleOf(end, counts) }
}

export interface ProcessEnd {
  status: number | null
  signal: NodeJS.Signals | null
  /** it was killed after so many ms */
  hungFor?: number
  /** it was told to run only some of its tests, so that none is no failure */
  mayBeEmpty: boolean
}

function troubleOf(end: ProcessEnd, counts: Counts | undefined): string | undefined {
  const { status, signal, hungFor, mayBeEmpty } = end
  if (hungFor !== undefined) {
    const what = counts ? 'all its tests ran, but something kept the process alive' : 'a test hung'
    return `it was killed after ${Math.round(hungFor / 1000)} s: ${what}`
  }
  const ended = signal === null ? `status ${status}` : signal
  if (counts === undefined) return `it ended with ${ended} before its tests did`
  const { passes, failures, pending } = counts
  if (status === aliveStatus) return 'something kept the process alive after its tests, as its output says'
  if (status !== 0 && failures === 0) return `it ended with ${ended}, though no test failed`
  if (passes + failures + pending === 0 && !mayBeEmpty) return 'it ran no test'
  return undefined
}
