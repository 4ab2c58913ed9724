import type { audit as en } from '../en/audit.ts';

export const audit: Readonly<Record<keyof typeof en, string>> = {
  'audit.fine':
    '{chains} 条链中{entries, plural, =0 {还没有记录} other {有 # 条记录}}，没有问题。各链的最后一条（请抄录到别处）：',
  'audit.flawed': '{chains} 条链的 {entries} 条记录中有 {flaws} 处问题。各链的最后一条：',
  'audit.flaw.gap': '“{instance}”的第 {sequence} 条之前缺少记录。',
  'audit.flaw.altered': '“{instance}”的第 {sequence} 条不是当时写下的内容。',
  'audit.flaw.cut': '“{instance}”的末尾缺失，从第 {sequence} 条起。',
  'audit.flaw.vanished': '“{instance}”的第 {sequence} 条在别处有凭据，但此处缺失或内容不同。',
  'audit.unreadable': '无法读取审计记录：{reason}',
  'audit.usage': `用法：
  npm run --silent audit -- verify [--head "序号 哈希 链" ...]
  npm run --silent audit -- export [--since 时间] [--until 时间] [--format ndjson]
    [--language en|zh]
读取 HOPCHECK_DATA_DIR（./data）；若设置了 DATABASE_URL 则读取该数据库；机器人可以同时运行。
时间为日期或时刻，例如 2026-01-31 或 2026-01-31T08:00Z；不含 --until 本身。
--head：此前“verify”打印的某条链的最后一条。
退出码：0 正常，1 有问题，64 用法错误，69 无法读取。`,
};
