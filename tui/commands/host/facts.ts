import type { Context } from '../../cli/index.ts'
import { formatFields } from '../../format/index.ts'

export async function showFacts(context: Context): Promise<void> {
  const facts = await context.call('host.facts', {})
  context.output.result({
    json: facts,
    text: () =>
      formatFields([
        ['Name', facts.name],
        ['Processor', facts.processor],
        ['Speed', `${facts.speed} bogomips`],
        ['Memory', `${facts.memoryMb} MB`],
        ['Storage', `${facts.storageMb} MB`],
        ['Connection', facts.connectSpeed],
        ['Machine monitor', facts.vmm],
        ['Accelerator', facts.accelerator]
      ])
  })
}
