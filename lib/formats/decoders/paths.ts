// Places in a JSON value: `sensor.temp`, `list[0].value`; own properties only.

/** What stands at the path, undefined where nothing does or null. */
export function pathReader(path: string): (root: object) => unknown {
  const steps = parsePath(path)
  const only = steps.length === 1 ? steps[0] : undefined
  if (only !== undefined) return (root) => own(root, only) ?? undefined
  return (root) => {
    let value: unknown = root
    for (const step of steps) {
      if (typeof value !== 'object' || value === null) return undefined
      value = own(value, step)
    }
    return value ?? undefined
  }
}

export function own(value: object, key: string): unknown {
  return Object.hasOwn(value, key) ? (value as Record<string, unknown>)[key] : undefined
}

/** `a.b[0].c` as its steps; a `\` before a dot or a bracket makes it a part of the name. */
export function parsePath(path: string): string[] {
  const steps: string[] = []
  let step = ''
  let closed = false
  for (let i = 0; i < path.length; i++) {
    const character = path[i]
    if (character === '\\' && i + 1 < path.length) step += path[++i]
    else if (character === '.' || character === '[') {
      const isStart = character === '[' && i === 0
      if (!isStart && (!closed || step !== '')) steps.push(step)
      step = ''
      closed = false
    } else if (character === ']') {
      steps.push(step)
      step = ''
      closed = true
    } else step += character
  }
  if (!closed || step !== '') steps.push(step)
  return steps
}
