export {
  MEMORY_KEPT_MB,
  type PhysicalFacts,
  readPhysicalFacts,
  STORAGE_KEPT_MB
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
