// Numbers, sizes and times as people say them.

export function countText(n: number): string {
  return Math.round(n).toLocaleString('en-US')
}

/** One event, two events. */
export function plural(n: number, one: string): string {
  return `${countText(n)} ${one}${n === 1 ? '' : 's'}`
}

export function bytesText(bytes: number): string {
  const units = ['B', 'kB', 'MB', 'GB', 'TB']
  let value = bytes
  let unit = 0
  while (value >= 1000 && unit < units.length - 1) {
    value /= 1000
    unit++
  }
  return `${value >= 100 || unit === 0 ? Math.round(value) : value.toPrecision(2)} ${units[unit]}`
}

/** In the largest unit of which there is at least one and a half. @param seconds 0 or more */
export function durationText(seconds: number): string {
  if (seconds < 90) return `${Math.round(seconds)} s`
  if (seconds < 5_400) return `${Math.round(seconds / 60)} min`
  if (seconds < 129_600) return `${Math.round(seconds / 3_600)} h`
  return `${Math.round(seconds / 86_400)} days`
}
