// After how many seconds without a reading a value counts as old. It is announced, and Home Assistant sets an entity up anew when
// that changes, so it goes in coarse steps and does not follow each change of a device's interval.

const minute = 60
const hour = 3_600
const day = 86_400
/** seconds */
const steps = [1, 2, 5, 10, 20, 30].map((n) => n * minute)
steps.push(...[1, 2, 4, 8, 12].map((n) => n * hour), ...[1, 2, 4, 7].map((n) => n * day))
/** A shorter time is announced only where it is shorter by so much. */
const muchShorter = 8

/**
 * @param quiet seconds that the device may be quiet before it counts as silent; null: not known
 * @param before what was announced
 * @returns undefined: its values do not get old
 */
export function expireAfter(quiet: number | null, before: number | undefined): number | undefined {
  if (quiet === null) return before
  const needed = steps.find((step) => step >= quiet)
  if (needed === undefined || before === undefined) return needed
  return needed > before || needed * muchShorter <= before ? needed : before
}
