import { execFile, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { promisify } from 'node:util';
import type { Simulator } from '../../src/simulator/server.ts';

const run = promisify(execFile);

export function hasAzureCli(): boolean {
  return spawnSync('az', ['version'], { stdio: 'ignore' }).status === 0;
}

export type AzureCli = {
  /** Takes a line of az, gives its stdout. */
  az(line: string): Promise<string>;
  /** Forgets the login. */
  close(): void;
};

/** Debian's azure-cli, logged in to an embedded Azure by the recipe of docs/simulator.md. */
export async function openAzureCli(simulator: Simulator): Promise<AzureCli> {
  const folder = mkdtempSync(`${tmpdir()}/hopcheck-az-`);
  writeFileSync(`${folder}/ca.pem`, simulator.ca);
  const { PATH = '' } = process.env;
  const env = {
    PATH,
    HOME: folder,
    AZURE_CONFIG_DIR: folder,
    AZURE_CORE_COLLECT_TELEMETRY: 'no',
    AZURE_CORE_ONLY_SHOW_ERRORS: 'yes',
    APPSETTING_WEBSITE_SITE_NAME: 'hopcheck',
    MSI_ENDPOINT: simulator.identity?.endpoint ?? '',
    MSI_SECRET: simulator.identity?.header ?? '',
    REQUESTS_CA_BUNDLE: `${folder}/ca.pem`,
    NO_PROXY: '*',
  };
  const az = async (line: string) => (await run('az', line.split(' '), { env })).stdout;
  const { endpoint } = simulator;
  await az(
    `cloud register -n HopcheckSimulator --profile 2020-09-01-hybrid --endpoint-resource-manager ${endpoint} --endpoint-management ${endpoint} --endpoint-active-directory https://login.microsoftonline.com --endpoint-active-directory-resource-id https://management.azure.com/ --endpoint-active-directory-graph-resource-id https://graph.windows.net/`,
  );
  await az('cloud set -n HopcheckSimulator --profile 2020-09-01-hybrid');
  await az('login --identity');
  return { az, close: () => rmSync(folder, { recursive: true }) };
}
