import { type Move, Physics, type Setting, type World } from './world.ts'

export interface Found {
  /** Different worlds seen. */
  readonly worlds: number
  /** Every world that can be reached was seen. */
  readonly whole: boolean
  /** What broke first, and by which moves; null if nothing did. */
  readonly broken: { readonly what: string; readonly moves: readonly string[] } | null
  /** Whether an honest member ever contradicted itself on the way. */
  readonly guilty: boolean
}

interface Node {
  readonly world: World
  readonly move: string
  readonly before: Node | null
}

/** Breadth first: the first harm that is found is one with the fewest moves. */
export function explore(setting: Setting, worldsMax: number): Found {
  const physics = new Physics(setting)
  const first: Node = { world: physics.start(), move: 'start', before: null }
  const seen = new Set([physics.digest(first.world)])
  let guilty = false
  let level: Node[] = [first]
  while (level.length > 0) {
    const next: Node[] = []
    for (const node of level) {
      for (const move of physics.moves(node.world)) {
        const after = follow(node, move)
        guilty ||= after.world.guilty !== null
        if (after.world.broken !== null) {
          return {
            worlds: seen.size,
            whole: false,
            broken: tell(after, after.world.broken),
            guilty
          }
        }
        const digest = physics.digest(after.world)
        if (seen.has(digest)) continue
        if (seen.size >= worldsMax) return { worlds: seen.size, whole: false, broken: null, guilty }
        seen.add(digest)
        next.push(after)
      }
    }
    level = next
  }
  return { worlds: seen.size, whole: true, broken: null, guilty }
}

function follow(before: Node, move: Move): Node {
  return { world: move.apply(), move: move.name, before }
}

function tell(last: Node, what: string): NonNullable<Found['broken']> {
  const moves: string[] = []
  for (let node: Node | null = last; node !== null; node = node.before) moves.unshift(node.move)
  return { what, moves }
}
