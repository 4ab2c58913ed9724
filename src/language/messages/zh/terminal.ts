import type { terminal as en } from '../en/terminal.ts';

export const terminal: Readonly<Record<keyof typeof en, string>> = {
  'terminal.check.usage': '用法：npm run --silent check -- [--json] [--language en|zh] "检查 从 app0 到 db0 端口 80"',
  'terminal.progress.waiting': '正在询问 Azure … {seconds} 秒',
  'terminal.progress.early': '正在询问 Azure … {seconds} 秒 · 目前：{text}',
  'terminal.candidates': '{role, select, source {源可以是} other {可以是}}：',
  'terminal.more': '…… 还有 {count} 台',
  'terminal.path': '路径',
  'terminal.broken': '路径在此中断',
  'terminal.latency': '延迟：最小 {min} 毫秒，平均 {avg} 毫秒，最大 {max} 毫秒',
  'terminal.probes': '探测：发送 {sent} 次，失败 {failed} 次',
  'terminal.others': '另外看到',
  'terminal.assumptions': '前提假设',
  'terminal.simulated': '模拟：答案来自内置的 Azure，不是真实的 Azure。',
  'terminal.source': '订阅 {subscription} · ARM 调用 {calls} 次 · 用时 {seconds} 秒',
  'terminal.example': '例如：{example}',
  'terminal.suggestions': '是不是：{text}',
};
