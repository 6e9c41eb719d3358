import * as z from 'zod';
import { stageNumber } from '../schema-parts.ts';

/** What the target told of itself beside the load, stage by stage. */
export const telemetrySchema = z.object({
  sources: z.array(
    z.object({
      kind: z.enum(['prometheus', 'process', 'server-timing']),
      name: z.string().describe('such as: metrics of http://127.0.0.1:3000/metrics'),
      failed: z
        .string()
        .nullable()
        .describe('why it could not be read, at least once; null: it always could'),
      readings: z.array(
        z.object({
          reading: z
            .string()
            .describe('identifier such as poolInUse or cpuCores; of server-timing: its metric'),
          title: z.string(),
          unit: z.string().describe('ms, s/s, bytes, share, or empty for a count'),
          stages: z.array(
            z.object({
              stage: stageNumber,
              mean: z.number().describe('over the analysed part of the stage'),
              max: z.number().describe('highest of its looks, about one a second'),
            }),
          ),
        }),
      ),
    }),
  ),
});
