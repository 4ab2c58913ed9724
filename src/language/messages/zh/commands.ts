import type { commands as en } from '../en/commands.ts';

export const commands: Readonly<Record<keyof typeof en, string>> = {
  'command.check.summary': '检查虚拟机能否连到另一台虚拟机、地址、主机或 URL，并指出被什么拦住',
  'command.check.usage': '检查 [从 源] [到] [虚拟机] 目标 [端口 N]',
  'command.check.example.1': '检查 从 app0 到 虚拟机 db0 端口 80',
  'command.check.example.2': '检查 app0 -> db0:1433',
  'command.check.example.3': '检查 从 app0 到 https://bing.com',
};
