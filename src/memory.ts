import { setFlagsFromString } from 'node:v8';

/**
 * Has full collections move what is left on pages that are mostly free: V8 waits for 70 % free otherwise, and thousands of checks
 * that rest among what others leave behind keep twice as many pages as they fill. Once the process is up, and not as a start flag,
 * which slows compilation as well. With `--heap-growing-percent` (package.json), or it collects without end.
 */
export function keepHeapDense(): void {
  setFlagsFromString('--optimize-for-size');
}
