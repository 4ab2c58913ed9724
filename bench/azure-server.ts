import { startSimulator } from '../src/simulator/server.ts';

/** The embedded Azure at Azure's own pace, in a process of its own; the argument names its topology. Ends with its parent. */
const simulator = await startSimulator({ topology: process.argv[2] ?? '', speed: 1 });
process.on('disconnect', () => process.exit(0));
process.send?.({ endpoint: simulator.endpoint, ca: simulator.ca, ...simulator.token() });
