/** Thresholds of the checks. Source: docs/methods.md, section 1, unless said. */

/** |L − X·R| / L. */
export const littlesLawLimit = 0.03;
/** |X·(R + Z)/N − 1|. */
export const responseTimeLawLimit = 0.05;
/** Laws are about averages: below so many requests neither is checked. */
export const lawMinRequests = 200;
/**
 * Standard errors allowed on top of a law's limit for what begins before and ends after the part, and for the spacing
 * of the samples. 3: one stage in 400 fails by chance.
 */
export const lawErrors = 3;
/** A law whose allowance is larger than this would hold for anything: it is not checked. */
export const lawMaxAllowance = 0.15;
/** First and second half of the part, in throughput and median. */
export const halvesLimit = 0.05;
export const loopDelayLimitMs = 10;
/**
 * The delay is compared with what is measured: 15 ms are decisive beside a response time of 2 ms and irrelevant
 * beside 1 s. As for the send lag: 5 % of the median.
 */
export const loopDelayShareOfP50 = 0.05;
/** A loop in use for less than this share of the time was not late by its own work … */
export const idleLoopUtilization = 0.5;
/** … and may be late by this at most before its readings are worth nothing (decision 3). */
export const idleLoopDelayLimitMs = 50;
export const loopUtilizationLimit = 0.8;
/** Of the one core that a worker thread can use. */
export const cpuLimit = 0.8;
export const achievedRateLimit = 0.98;
/** Mean users alive ÷ users asked: as for the rate. */
export const usersLimit = 0.98;
export const sendLagShareOfP50 = 0.05;
/** Lag that no HTTP client over a network notices; keeps 5 % of a median of microseconds from being asked for. */
export const sendLagFloorMs = 1;
/**
 * A p99 beyond these is forgiven while the mean lag stays below this share of the mean response time, or below the
 * floor: then it does not distort what is reported. Measured on two cores shared with the target, the generator at 4 %
 * of its loop: p99 2.5 ms, mean 0.1 ms beside a response time of 16 ms, the mean response 0.5 % above the mean service.
 */
export const meanSendLagShare = 0.05;
export const meanSendLagFloorMs = 0.5;
/** Share of requests that the generator could not send for lack of ports, descriptors, routes or names. */
export const unsentLimit = 0.001;
/** Fewer requests: averages and shares are anecdotes (the usual n of the central limit theorem). */
export const fewRequests = 30;
/** Measured throughput ÷ the generator's ceiling against a null server: above it the generator takes part in the result. */
export const ceilingShareLimit = 0.5;
