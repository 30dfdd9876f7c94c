export {
  type PhysicalFacts,
  readPhysicalFacts
} from './host-facts.ts'
export {
  availableMemoryMb,
  cgroupLimitMb,
  connectSpeedText,
  defaultInterface,
  estimateBogomips,
  processorName,
  sumBogomips
} from './proc.ts'
