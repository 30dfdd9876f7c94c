import type { CpioEntry } from './cpio.ts'

/**
 * What debian-mini does after the kernel: it mounts its disk, notes the boot there, counts in memory and
 * answers on the serial port. The counter is in memory only and the files are on the disk only, so that
 * suspend and migration can be seen to keep both.
 */
const INIT = `#!/bin/busybox sh
/bin/busybox --install -s /bin
export PATH=/bin HOME=/ PS1='virtuoso# ' ENV=/etc/shell
mount -t proc proc /proc
mount -t sysfs sys /sys
mount -t devtmpfs dev /dev
while read -r module; do insmod "/modules/$module.ko"; done < /modules/order
hostname virtuoso
echo booting > /run/counter
if mount -t ext4 /dev/vda /disk 2> /dev/null; then
  [ -e /disk/hello.txt ] || echo 'hello from the first boot of this machine' > /disk/hello.txt
  boot=1
  [ -e /disk/boots.txt ] && boot=$(($(wc -l < /disk/boots.txt) + 1))
  echo "boot $boot" >> /disk/boots.txt
  sync
  echo "virtuoso ready, boot $boot" | tee /dev/tty0 > /dev/ttyS0
else
  echo 'virtuoso ready, without a disk' | tee /dev/tty0 > /dev/ttyS0
fi
count &
acpid -f -c /etc/acpi -l /dev/null -p /run/acpid.pid &
while true; do
  setsid cttyhack sh < /dev/ttyS0 > /dev/ttyS0 2>&1
done
`

const COUNT = `#!/bin/sh
counter=0
while true; do
  counter=$((counter + 1))
  echo "$counter" > /run/counter
  if [ ! -e /run/quiet ]; then echo "counter $counter" | tee /dev/tty0 > /dev/ttyS0; fi
  sleep 1
done
`

const HALT = `#!/bin/sh
echo 'virtuoso is going down' > /dev/ttyS0
sync
umount /disk 2> /dev/null || mount -o remount,ro /disk 2> /dev/null
poweroff -f
`

const COMMANDS: Readonly<Record<string, string>> = {
  'bin/count': COUNT,
  'bin/counter': '#!/bin/sh\necho "counter $(cat /run/counter)"\n',
  'bin/quiet': '#!/bin/sh\n: > /run/quiet\n',
  'bin/loud': '#!/bin/sh\nrm -f /run/quiet\n',
  'bin/halt': HALT,
  // acpid runs this when the power button is pressed, which is what QMP's system_powerdown does.
  'etc/acpi/PWRF/00000080': '#!/bin/sh\nexec /bin/halt\n'
}

/** Modules in the order in which they load; each needs only what stands before it. */
export const GUEST_MODULES: readonly string[] = [
  'drivers/virtio/virtio_ring',
  'drivers/virtio/virtio',
  'drivers/virtio/virtio_pci_legacy_dev',
  'drivers/virtio/virtio_pci_modern_dev',
  'drivers/virtio/virtio_pci',
  'drivers/block/virtio_blk',
  'net/core/failover',
  'drivers/net/net_failover',
  'drivers/net/virtio_net',
  'drivers/acpi/button',
  'drivers/input/evdev'
]

/** The shell prefers busybox's own halt, which only tells init; ours takes the disk off first. */
const SHELL = 'alias halt=/bin/halt\nalias poweroff=/bin/halt\n'

const FOLDERS = ['bin', 'dev', 'disk', 'etc', 'etc/acpi', 'etc/acpi/PWRF', 'modules', 'proc', 'run']

const FOLDER_MODE = 0o040755
const PROGRAM_MODE = 0o100755
const FILE_MODE = 0o100644
const CONSOLE: CpioEntry = { path: 'dev/console', mode: 0o020600, device: [5, 1] }

/** Entries of the initramfs, from busybox and the modules by the names above. */
export function guestFiles(
  busybox: Uint8Array,
  modules: ReadonlyMap<string, Uint8Array>
): CpioEntry[] {
  const folders = [...FOLDERS, 'sys'].map(path => ({ path, mode: FOLDER_MODE }))
  const programs = Object.entries({ ...COMMANDS, init: INIT }).map(([path, text]) => ({
    path,
    mode: PROGRAM_MODE,
    content: Buffer.from(text)
  }))
  const names = GUEST_MODULES.map(module => module.slice(module.lastIndexOf('/') + 1))
  const order = { path: 'modules/order', mode: FILE_MODE, content: lines(names) }
  const settings = { path: 'etc/shell', mode: FILE_MODE, content: Buffer.from(SHELL) }
  const loaded = GUEST_MODULES.map((module, index) => ({
    path: `modules/${names[index]}.ko`,
    mode: FILE_MODE,
    content: contentOf(module, modules)
  }))
  const shell = { path: 'bin/busybox', mode: PROGRAM_MODE, content: busybox }
  return [...folders, CONSOLE, shell, ...programs, settings, order, ...loaded]
}

function contentOf(module: string, modules: ReadonlyMap<string, Uint8Array>): Uint8Array {
  const content = modules.get(module)
  if (content === undefined) throw new Error(`The kernel package has no module ${module}.`)
  return content
}

function lines(texts: readonly string[]): Uint8Array {
  return Buffer.from(`${texts.join('\n')}\n`)
}
