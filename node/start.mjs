#!/usr/bin/env node
/**
 * The starter: brings what a fresh clone lacks, then runs one job. It runs before `npm ci` and before the first
 * build, so it is plain JavaScript and imports nothing but Node and its own folder.
 *
 *     packages -> build -> system -> image -> the job
 */
import process from 'node:process'
import { JOBS, USAGE } from './start/jobs.mjs'
import { Problem } from './start/problem.mjs'
import { checkNodeVersion } from './start/runtime.mjs'

async function main([name, ...rest]) {
  if (name === undefined || name === '--help' || name === '-h') {
    console.log(USAGE)
    return name === undefined ? 2 : 0
  }
  const job = JOBS.get(name)
  if (job === undefined) throw new Problem(2, `there is no job "${name}".\n${USAGE}`)
  checkNodeVersion(process.versions.node)
  return await job(rest)
}

try {
  process.exitCode = await main(process.argv.slice(2))
} catch (error) {
  if (!(error instanceof Problem)) throw error
  console.error(`\nvirtuoso: ${error.message}`)
  process.exitCode = error.exitCode
}
