export { type CauseId, groundTruth, type PlantedCause } from './ground-truth.ts';
export { type Lab, type LabConfig, type LabOptions, startLab } from './lab.ts';
export { LabError } from './lab-error.ts';
export { spawnLab } from './lab-process.ts';
export { baseline, type CommitMode, type Profile, profiles, type Switches, tuned } from './switches.ts';
