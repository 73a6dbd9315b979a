// Patterns of sources: `*` is any text, `?` any one character.

/** A function that says whether a text matches; linear in pattern × text at worst, whatever the pattern. */
export function compileGlob(glob: string): (text: string) => boolean {
  if (/^\*+$/.test(glob)) return () => true
  if (!/[*?]/.test(glob)) return (text) => text === glob
  return (text) => matchesGlob(glob, text)
}

function matchesGlob(glob: string, text: string): boolean {
  let g = 0
  let t = 0
  let star = -1
  let afterStar = 0
  while (t < text.length) {
    if (glob[g] === '*') {
      star = g++
      afterStar = t
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === text[t])) {
      g++
      t++
    } else if (star >= 0) {
      g = star + 1
      t = ++afterStar
    } else return false
  }
  while (glob[g] === '*') g++
  return g === glob.length
}
