// Short texts for what was heard of a device.

/** values that are shown at most, and characters of one of them */
const mostValues = 5
const longestValue = 20

/** `temp 18.2 · humi 59`; empty where nothing is known since the start */
export function valuesText(data: Record<string, unknown> | undefined): string {
  const entries = Object.entries(data ?? {})
  const texts = entries.slice(0, mostValues).map(([field, value]) => `${field} ${shortened(String(value))}`)
  return [...texts, ...(entries.length > mostValues ? ['…'] : [])].join(' · ')
}

/** `12 s`, `5 min`, `3 h` */
export function ageText(ms: number): string {
  return secondsText(Math.max(0, ms) / 1000)
}

export function secondsText(seconds: number): string {
  if (seconds < 10) return `${Math.round(seconds * 10) / 10} s`
  if (seconds < 120) return `${Math.round(seconds)} s`
  if (seconds < 7_200) return `${Math.round(seconds / 60)} min`
  return `${Math.round(seconds / 3_600)} h`
}

function shortened(text: string): string {
  return text.length > longestValue ? `${text.slice(0, longestValue)}…` : text
}
