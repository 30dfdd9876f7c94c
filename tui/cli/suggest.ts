/** Which known word was probably meant; undefined when none is near. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const started = known.filter(each => word.length >= 2 && each.startsWith(word))
  if (started.length > 0) return started.toSorted((a, b) => a.length - b.length)[0]
  let best: string | undefined
  // A third of the letters may be wrong: more than that and the suggestion is a guess.
  let bestDistance = Math.floor(word.length / 3) + 1
  for (const candidate of known) {
    const distance = editDistance(word, candidate)
    if (distance < bestDistance) {
      best = candidate
      bestDistance = distance
    }
  }
  return best
}

/** Insertions, deletions, replacements and swaps of neighbours (optimal string alignment). */
function editDistance(from: string, to: string): number {
  const rows: number[][] = [Array.from({ length: to.length + 1 }, (_, at) => at)]
  for (let i = 1; i <= from.length; i++) {
    const row = [i]
    for (let j = 1; j <= to.length; j++) row.push(cellOf(rows, row, from, to, i, j))
    rows.push(row)
  }
  return rows[from.length]?.[to.length] ?? 0
}

function cellOf(
  rows: readonly number[][],
  row: readonly number[],
  from: string,
  to: string,
  i: number,
  j: number
): number {
  const above = rows[i - 1] ?? []
  const same = from[i - 1] === to[j - 1]
  const plain = Math.min(
    (above[j] ?? 0) + 1,
    (row[j - 1] ?? 0) + 1,
    (above[j - 1] ?? 0) + (same ? 0 : 1)
  )
  const swapped = from[i - 1] === to[j - 2] && from[i - 2] === to[j - 1]
  return i > 1 && j > 1 && swapped ? Math.min(plain, (rows[i - 2]?.[j - 2] ?? 0) + 1) : plain
}
