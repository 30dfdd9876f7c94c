import { execFile } from 'node:child_process'
import { open, rm, writeFile } from 'node:fs/promises'
import { promisify } from 'node:util'
import { ImageError } from './image-error.ts'

const run = promisify(execFile)

/** 2024-01-01, a date for everything in the file system that wants one. */
const DATE_S = '1704067200'

const FILE_SYSTEM_ID = '6b1f2a52-52cf-4a0e-9d51-7fd3f0a5c001'
const HASH_SEED = '6b1f2a52-52cf-4a0e-9d51-7fd3f0a5c002'

/** mke2fs takes its features from the host's /etc; ours are part of the image instead. */
const FEATURES = `[defaults]
  base_features = sparse_super,large_file,filetype,resize_inode,dir_index,ext_attr
  blocksize = 4096
  inode_size = 256
  inode_ratio = 16384
[fs_types]
  ext4 = {
    features = has_journal,extent,huge_file,flex_bg,metadata_csum,64bit,dir_nlink,extra_isize
  }
`

/**
 * An empty ext4 file system as a sparse raw file. Its id, hash seed and dates are fixed, so that equal
 * versions of e2fsprogs write equal bytes. Throws TOOL_FAILED.
 */
export async function makeBaseDisk(file: string, sizeBytes: number): Promise<void> {
  await rm(file, { force: true })
  const handle = await open(file, 'wx', 0o644)
  await handle.truncate(sizeBytes)
  await handle.close()
  const features = `${file}.mke2fs.conf`
  await writeFile(features, FEATURES)
  const env = {
    PATH: `${process.env['PATH'] ?? ''}:/usr/sbin:/sbin`,
    MKE2FS_CONFIG: features,
    E2FSPROGS_FAKE_TIME: DATE_S,
    SOURCE_DATE_EPOCH: DATE_S
  }
  const extended = `hash_seed=${HASH_SEED},lazy_itable_init=0,lazy_journal_init=0,root_owner=0:0`
  const words = ['-q', '-F', '-t', 'ext4', '-m', '0', '-L', 'virtuoso']
  try {
    await run('mke2fs', [...words, '-U', FILE_SYSTEM_ID, '-E', extended, file], { env })
  } catch (cause) {
    throw new ImageError(
      'TOOL_FAILED',
      'mke2fs did not make the base disk; on Debian it is in the package e2fsprogs.',
      { cause }
    )
  }
  await rm(features)
}
