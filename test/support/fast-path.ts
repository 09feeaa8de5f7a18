/** Off in the suites that run a second time, through Aedes alone: what a client sees must be the same. */
export const FAST_PATH = process.env['THROUGH_AEDES'] !== 'yes'
