import { Problem } from './problem.mjs'

/** `engines` in package.json; below it libp2p and the test runner's options are missing. */
export const NODE_MINIMUM = '20.19.0'

/** Throws a Problem when `version` (as in `process.versions.node`) is too old. */
export function checkNodeVersion(version) {
  const [major = 0, minor = 0] = version.split('.').map(Number)
  const [wantedMajor = 0, wantedMinor = 0] = NODE_MINIMUM.split('.').map(Number)
  if (major > wantedMajor || (major === wantedMajor && minor >= wantedMinor)) return
  throw new Problem(
    2,
    `this is Node ${version}; Node ${NODE_MINIMUM} or newer is needed (https://nodejs.org/en/download)`
  )
}
