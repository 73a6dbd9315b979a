/** `46 min`: how long something took or is ago, in a unit of which there is more than one where that is possible. */
export function ageText(ms: number): string {
  const { count, unit } = ageOf(ms)
  return `${count} ${unit}`
}

/** The number and the unit of `ageText`. */
export function ageOf(ms: number): { count: number; unit: 's' | 'min' | 'h' | 'days' } {
  const minutes = Math.floor(ms / 60_000)
  if (minutes < 1) return { count: Math.floor(ms / 1000), unit: 's' }
  if (minutes < 120) return { count: minutes, unit: 'min' }
  if (minutes < 2_880) return { count: Math.floor(minutes / 60), unit: 'h' }
  return { count: Math.floor(minutes / 1_440), unit: 'days' }
}
