import { execFile } from 'node:child_process'
import {
  cpSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync
} from 'node:fs'
import { tmpdir } from 'node:os'
import { join, relative } from 'node:path'
import { fileURLToPath } from 'node:url'

export const ROOT: string = fileURLToPath(new URL('../../../', import.meta.url))
export const ROOMS: readonly string[] = ['ledger', 'protocols', 'node', 'tui', 'test']

/** The part of `.oxlintrc.json` that the gates look at and switch off. */
export interface LintSettings {
  options: Record<string, unknown>
  rules: Record<string, unknown>
  overrides: { files: string[]; rules: Record<string, unknown> }[]
}

/** A copy of a small tree in a folder of its own, under the project's real settings. */
export class Tree {
  readonly folder: string = mkdtempSync(join(tmpdir(), 'virtuoso-gates-'))

  constructor() {
    for (const file of [
      'package.json',
      'tsconfig.json',
      ...ROOMS.map(room => `${room}/tsconfig.json`)
    ])
      cpSync(join(ROOT, file), join(this.folder, file), { recursive: true })
    symlinkSync(join(ROOT, 'node_modules'), join(this.folder, 'node_modules'))
  }

  write(path: string, source: string): void {
    writeFileSync(join(this.folder, path), source)
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true })
  }

  /** Every finding as `file:line rule | help`, sorted, without repetitions. */
  async lint(settings: LintSettings): Promise<readonly string[]> {
    this.write('.oxlintrc.json', JSON.stringify(settings))
    const output = await this.#run('oxlint', ['--format', 'json', ...ROOMS])
    const { diagnostics } = JSON.parse(output) as { diagnostics: Diagnostic[] }
    return [...new Set(diagnostics.map(describe))].sort()
  }

  /** Every error as `file:line TS1234`, sorted, without repetitions. */
  async compile(): Promise<readonly string[]> {
    const output = await this.#run('tsc', ['-b', '--pretty', 'false'])
    const errors = output.matchAll(/^(\S+)\((\d+),\d+\): error (TS\d+)/gm)
    return [...new Set([...errors].map(([, file, line, code]) => `${file}:${line} ${code}`))].sort()
  }

  #run(tool: string, args: readonly string[]): Promise<string> {
    return new Promise((settle, fail) => {
      const command = join(ROOT, 'node_modules', '.bin', tool)
      const options = { cwd: this.folder, maxBuffer: 64 * 1024 * 1024 }
      execFile(command, args, options, (error, stdout, stderr) => {
        if (typeof error?.code === 'string') fail(new Error(`${tool}: ${stderr}`, { cause: error }))
        else settle(stdout)
      })
    })
  }
}

interface Diagnostic {
  readonly filename: string
  readonly code: string
  readonly help?: string
  readonly labels: readonly { readonly span: { readonly line: number } }[]
}

function describe({ filename, code, help, labels }: Diagnostic): string {
  const rule = /\((.*)\)/.exec(code)?.[1] ?? code
  return `${filename}:${labels[0]?.span.line} ${rule} | ${help ?? ''}`
}

export function badTree(): Tree {
  const tree = new Tree()
  cpSync(join(ROOT, 'test', 'gates', 'bad'), tree.folder, { recursive: true })
  return tree
}

export function realSettings(): LintSettings {
  return JSON.parse(readFileSync(join(ROOT, '.oxlintrc.json'), 'utf8')) as LintSettings
}

/** What the comments `// expect rule` in the bad tree announce, as `file:line rule`, sorted. */
export function announced(tree: Tree): readonly string[] {
  return sourcesOf(tree.folder)
    .flatMap(path =>
      readFileSync(path, 'utf8')
        .split('\n')
        .flatMap((line, index) => {
          const rule = /\/\/ expect (\S+)$/.exec(line)?.[1]
          return rule === undefined ? [] : [`${relative(tree.folder, path)}:${index + 1} ${rule}`]
        })
    )
    .sort()
}

export function sourcesOf(folder: string): readonly string[] {
  return readdirSync(folder, { withFileTypes: true }).flatMap(entry => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sourcesOf(path)
    return entry.isFile() && path.endsWith('.ts') ? [path] : []
  })
}
