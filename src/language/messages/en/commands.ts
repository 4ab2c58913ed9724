export const commands = {
  'command.check.summary': 'Check whether a VM reaches a VM, an address, a host or a URL, and name what stops it',
  'command.check.usage': 'check [from SOURCE] [to] [vm] DESTINATION [port N]',
  'command.check.example.1': 'check from app0 to vm db0 port 80',
  'command.check.example.2': 'check app0 -> db0:1433',
  'command.check.example.3': 'check from app0 to https://bing.com',
} as const;
